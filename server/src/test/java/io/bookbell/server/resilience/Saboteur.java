package io.bookbell.server.resilience;

import java.time.Duration;
import java.util.Random;

/** Injects and repairs faults. Confined to one thread. */
final class Saboteur {
  private static final int MIN_MILLIS = 500;
  private static final Duration NODE_PAUSE = Duration.ofSeconds(10);

  private final Cluster cluster;
  private final Clients clients;
  private final Random random;
  private final Duration longest;

  /**
   * Creates the saboteur.
   *
   * @param longest the longest that a fault may last, except the pause of a node
   */
  Saboteur(Cluster cluster, Clients clients, Random random, Duration longest) {
    this.cluster = cluster;
    this.clients = clients;
    this.random = random;
    this.longest = longest;
  }

  /**
   * A fault that is present.
   *
   * @param what the fault and the node
   * @param lasts how long until it is repaired
   */
  record Inflicted(Fault fault, String what, Duration lasts, Runnable mend) {}

  Inflicted inflict(Fault fault) {
    int number = random.nextInt(cluster.nodes().size());
    Node node = cluster.nodes().get(number);
    Duration lasts = fault == Fault.NODE_PAUSED ? NODE_PAUSE : duration();
    Runnable mend = begin(fault, node);
    return new Inflicted(fault, fault + " (node " + number + ")", lasts, mend);
  }

  private Duration duration() {
    int more = (int) longest.toMillis() - MIN_MILLIS;
    return Duration.ofMillis(MIN_MILLIS + random.nextInt(more));
  }

  private Runnable begin(Fault fault, Node node) {
    OwnRedis redis = cluster.redis();
    return switch (fault) {
      case REDIS_KILLED -> done(redis::kill, redis::start);
      case REDIS_RESTARTED -> done(redis::kill, redis::start, () -> {});
      case REDIS_PAUSED -> done(redis::pause, redis::goOn);
      case SUBSCRIBERS_KILLED -> done(redis::killSubscribers, redis::killSubscribers);
      case NODE_MESSAGES_REPEATED -> done(this::repeatNodeMessages, this::repeatNodeMessages);
      case REDIS_LINK_CUT -> done(node.toRedis()::cut, node.toRedis()::mend);
      case REDIS_LINK_STALLED -> done(node.toRedis()::stall, mend(node.toRedis()));
      case REDIS_LINK_DELAYED -> done(() -> slow(node.toRedis(), 500), node.toRedis()::mend);
      case DATABASE_LINK_CUT -> done(node.toDatabase()::cut, node.toDatabase()::mend);
      case DATABASE_LINK_STALLED -> done(node.toDatabase()::stall, mend(node.toDatabase()));
      case DATABASE_LINK_DELAYED ->
          done(() -> slow(node.toDatabase(), 50), node.toDatabase()::mend);
      case POSTGRES_RESTARTED ->
          done(cluster.postgres()::kill, cluster.postgres()::restart, () -> {});
      case NODE_KILLED -> done(node::kill, node::start);
      case NODE_PAUSED -> done(node::pause, node::goOn);
      case CLIENTS_CUT -> done(this::cutClients, this::cutClients);
    };
  }

  private static Runnable done(Runnable begin, Runnable mend) {
    begin.run();
    return mend;
  }

  private static Runnable done(Runnable begin, Runnable more, Runnable mend) {
    begin.run();
    more.run();
    return mend;
  }

  /** Repairs a stalled wire: the delayed bytes arrive late, or never. */
  private Runnable mend(Wire stalled) {
    return random.nextBoolean() ? stalled::mend : stalled::mendForNewOnes;
  }

  private void slow(Wire wire, int mostMillis) {
    wire.delay(Duration.ofMillis(1 + random.nextInt(mostMillis)));
  }

  private void repeatNodeMessages() {
    cluster.redis().repeatNodeMessages(random);
  }

  private void cutClients() {
    clients.cutSome(random);
  }
}
