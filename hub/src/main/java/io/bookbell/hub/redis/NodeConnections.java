package io.bookbell.hub.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The two Redis connections of a node and their monitor. Belongs to the backplane's thread once
 * opened, but any thread may call {@link #channelPublisher}, {@link #loopbackMonitor} and {@link
 * #close}.
 */
final class NodeConnections implements LoopbackMonitor.MonitoredConnections, AutoCloseable {
  private static final LoopbackMonitor.MonitorWording WORDS =
      new LoopbackMonitor.MonitorWording("Redis pub/sub", "delivering from the database");

  private final RedisOptions options;
  private final BackplaneThread thread;
  private final LocalPresence users;
  private final RedisCounters counters;
  private final Runnable heardAgain;
  private final LoopbackProbe everyone = new LoopbackProbe();
  private final LoopbackProbe own = new LoopbackProbe();
  private final LoopbackMonitor loopbackMonitor;
  private final RedisConnector redisConnector;
  private final ReconnectingConnection<StatefulRedisConnection<String, byte[]>> publishing;
  private final ReconnectingConnection<StatefulRedisPubSubConnection<String, byte[]>> subscription;
  private final ChannelPublisher channelPublisher;

  /**
   * @param life supplies the database and epoch for outgoing frames
   * @param heard called on an event loop with each frame that arrives
   * @param heardAgain called when all probes return, for the first time or after an outage
   */
  NodeConnections(
      RedisOptions options,
      Supplier<String> life,
      BackplaneThread thread,
      LocalPresence users,
      RedisCounters counters,
      Consumer<byte[]> heard,
      Runnable heardAgain) {
    this.options = options;
    this.thread = thread;
    this.users = users;
    this.counters = counters;
    this.heardAgain = heardAgain;
    RedisOptions.Timings timings = options.timings();
    LoopbackMonitor seen = new LoopbackMonitor(timings, this, counters, WORDS, everyone, own);
    RedisConnector made = new RedisConnector(options);
    Runnable ready = () -> seen.onConnectionReady(System.nanoTime());
    this.loopbackMonitor = seen;
    this.redisConnector = made;
    this.publishing =
        new ReconnectingConnection<>(
            made::connectPublisher, thread, timings, ready, seen::onConnectionLost);
    this.subscription =
        new ReconnectingConnection<>(
            () ->
                made.connectSubscriber(
                    (_, frame) -> heard.accept(frame),
                    options.broadcastChannel(),
                    options.channelOf(options.node())),
            thread,
            timings,
            ready,
            seen::onConnectionLost);
    this.channelPublisher = new ChannelPublisher(publishing, options, life, counters);
  }

  void open() {
    publishing.open();
    subscription.open();
  }

  LoopbackMonitor loopbackMonitor() {
    return loopbackMonitor;
  }

  /** The probe of the channel to which every node subscribes. */
  LoopbackProbe broadcastProbe() {
    return everyone;
  }

  /** The probe of this node's own channel. */
  LoopbackProbe nodeProbe() {
    return own;
  }

  ChannelPublisher channelPublisher() {
    return channelPublisher;
  }

  @Override
  public boolean isUp() {
    return publishing.connection() != null && subscription.connection() != null;
  }

  @Override
  public void sendProbes(long number) {
    String node = options.node();
    sendProbe(
        everyone,
        options.broadcastChannel(),
        new NodeMessage.NodeHeartbeat(node, users.currentVersion(), number),
        number);
    sendProbe(own, options.channelOf(node), new NodeMessage.LoopbackEcho(node, number), number);
  }

  private void sendProbe(
      LoopbackProbe loopbackProbe, String channel, NodeMessage message, long number) {
    channelPublisher
        .send(channel, message)
        .thenAccept(
            accepted -> {
              if (accepted) {
                thread.execute(() -> loopbackProbe.markAccepted(number));
              }
            });
  }

  @Override
  public String refusalReason() {
    return channelPublisher.refusalReason();
  }

  @Override
  public void renewSubscription() {
    counters.renewals.increment();
    subscription.reconnect("it is deaf");
  }

  @Override
  public void renewPublishing() {
    publishing.reconnect("it is stuck");
  }

  @Override
  public void onRecovered() {
    publishing.resetBackoff();
    subscription.resetBackoff();
    heardAgain.run();
  }

  @Override
  public void close() {
    redisConnector.close();
  }
}
