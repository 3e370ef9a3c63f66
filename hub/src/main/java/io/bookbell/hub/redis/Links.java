package io.bookbell.hub.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The two connections of a node and the watch over them. Built and opened once; afterwards for the
 * backplane's thread, but any thread may {@link #post}, ask the {@link #watch} and {@link #close}.
 */
final class Links implements Watch.Redis, AutoCloseable {
  private static final Watch.Words WORDS =
      new Watch.Words("Redis pub/sub", "delivering from the database");

  private final RedisOptions options;
  private final OwnThread thread;
  private final OwnUsers users;
  private final RedisCounters counters;
  private final Runnable heardAgain;
  private final Probe everyone = new Probe();
  private final Probe own = new Probe();
  private final Watch watch;
  private final Lettuce lettuce;
  private final Line<StatefulRedisConnection<String, byte[]>> publishing;
  private final Line<StatefulRedisPubSubConnection<String, byte[]>> subscription;
  private final Post post;

  /**
   * @param life as of now, for what is sent
   * @param heard called on an event loop with each frame that comes
   * @param heardAgain called when everything is heard, after a time when it was not
   */
  Links(
      RedisOptions options,
      Supplier<String> life,
      OwnThread thread,
      OwnUsers users,
      RedisCounters counters,
      Consumer<byte[]> heard,
      Runnable heardAgain) {
    this.options = options;
    this.thread = thread;
    this.users = users;
    this.counters = counters;
    this.heardAgain = heardAgain;
    RedisOptions.Timings timings = options.timings();
    Watch seen = new Watch(timings, this, counters, WORDS, everyone, own);
    Lettuce made = new Lettuce(options);
    Runnable ready = () -> seen.ready(System.nanoTime());
    this.watch = seen;
    this.lettuce = made;
    this.publishing = new Line<>(made::publishing, thread, timings, ready, seen::lost);
    this.subscription =
        new Line<>(
            () ->
                made.subscribed(
                    (_, frame) -> heard.accept(frame),
                    options.everyone(),
                    options.channelOf(options.node())),
            thread,
            timings,
            ready,
            seen::lost);
    this.post = new Post(publishing, options, life, counters);
  }

  void open() {
    publishing.open();
    subscription.open();
  }

  Watch watch() {
    return watch;
  }

  /** Of the channel that every node listens to. */
  Probe everyone() {
    return everyone;
  }

  /** Of the channel of this node. */
  Probe own() {
    return own;
  }

  Post post() {
    return post;
  }

  @Override
  public boolean isUp() {
    return publishing.connection() != null && subscription.connection() != null;
  }

  @Override
  public void probe(long number) {
    String node = options.node();
    probe(
        everyone, options.everyone(), new NodeMessage.Alive(node, users.version(), number), number);
    probe(own, options.channelOf(node), new NodeMessage.Echo(node, number), number);
  }

  private void probe(Probe probe, String channel, NodeMessage message, long number) {
    post.send(channel, message)
        .thenAccept(
            accepted -> {
              if (accepted) {
                thread.execute(() -> probe.accepted(number));
              }
            });
  }

  @Override
  public String refusal() {
    return post.refusal();
  }

  @Override
  public void renewSubscription() {
    counters.renewals.increment();
    subscription.renew("it is deaf");
  }

  @Override
  public void renewPublishing() {
    publishing.renew("it is stuck");
  }

  @Override
  public void heardAgain() {
    publishing.proven();
    subscription.proven();
    heardAgain.run();
  }

  @Override
  public void close() {
    lettuce.close();
  }
}
