package io.bookbell.hub.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A Redis channel shared with other programs, in a message format agreed with them. Any thread may
 * call any method. None waits for Redis, except that {@link #close} takes a moment.
 *
 * <p>Nothing is queued for later. The channel has its own connections, so that heavy traffic on it
 * doesn't delay the {@link RedisBackplane}; they are replaced when they are lost, stuck or deaf.
 * The other programs wouldn't understand probes, so those use a separate channel.
 */
public final class ExternalChannel implements AutoCloseable {
  private final RedisOptions options;
  private final String name;
  private final Consumer<byte[]> heard;
  private final RedisCounters counters = new RedisCounters();
  private final BackplaneThread thread = new BackplaneThread();
  private final LoopbackProbe echo = new LoopbackProbe();
  private final RedisConnector redisConnector;
  private final LoopbackMonitor loopbackMonitor;
  private final ReconnectingConnection<StatefulRedisConnection<String, byte[]>> publishing;
  private final ReconnectingConnection<StatefulRedisPubSubConnection<String, byte[]>> subscription;
  private final ChannelPublisher channelPublisher;
  private volatile boolean closed;

  /**
   * Starts connecting, and returns at once.
   *
   * @param heard called on an event loop with each message, including those of this node
   */
  public ExternalChannel(RedisOptions options, String name, Consumer<byte[]> heard) {
    this.options = options;
    this.name = name;
    this.heard = heard;
    this.redisConnector = new RedisConnector(options);
    this.loopbackMonitor =
        new LoopbackMonitor(
            options.timings(), new ChannelConnections(), counters, monitorWording(name), echo);
    this.publishing = createConnection(redisConnector::connectPublisher);
    this.subscription =
        createConnection(
            () -> redisConnector.connectSubscriber(this::onMessage, name, echoChannel()));
    this.channelPublisher = new ChannelPublisher(publishing, options, options::life, counters);
    thread.execute(publishing::open);
    thread.execute(subscription::open);
    thread.scheduleWithFixedDelay(
        options.timings().probe().dividedBy(4),
        () -> loopbackMonitor.checkProbes(System.nanoTime()));
  }

  private static LoopbackMonitor.MonitorWording monitorWording(String name) {
    return new LoopbackMonitor.MonitorWording(
        "Redis channel " + name, "nothing is exchanged through it");
  }

  private <C extends StatefulConnection<?, ?>> ReconnectingConnection<C> createConnection(
      Supplier<CompletionStage<C>> connect) {
    Runnable ready = () -> loopbackMonitor.onConnectionReady(System.nanoTime());
    return new ReconnectingConnection<>(
        connect, thread, options.timings(), ready, loopbackMonitor::onConnectionLost);
  }

  /**
   * Publishes a message. The stage completes with whether Redis has accepted it in time; it never
   * fails.
   */
  public CompletionStage<Boolean> publish(byte[] message) {
    return channelPublisher.sendChange(name, message);
  }

  /** Whether published messages come back. */
  public RedisState state() {
    return loopbackMonitor.state();
  }

  /** Closes both connections; no message is passed on afterwards. */
  @Override
  public void close() {
    closed = true;
    thread.close();
    redisConnector.close();
  }

  private String echoChannel() {
    return options.channelOf(options.node()) + ":" + name;
  }

  /** On an event loop. */
  private void onMessage(String channel, byte[] message) {
    if (closed) {
      return;
    }
    if (channel.equals(name)) {
      heard.accept(message);
    } else {
      thread.execute(() -> handleEcho(message, System.nanoTime()));
    }
  }

  private void handleEcho(byte[] frame, long now) {
    try {
      if (NodeMessageCodec.decode(frame) instanceof NodeMessage.LoopbackEcho(_, long nonce)) {
        loopbackMonitor.onProbeReturned(echo, nonce, now);
      }
    } catch (MalformedFrameException malformed) {
      counters.malformed.increment();
    }
  }

  /** The two connections, as seen by the monitor. */
  private final class ChannelConnections implements LoopbackMonitor.MonitoredConnections {
    @Override
    public boolean isUp() {
      return publishing.connection() != null && subscription.connection() != null;
    }

    @Override
    public void sendProbes(long number) {
      channelPublisher
          .send(echoChannel(), new NodeMessage.LoopbackEcho(options.node(), number))
          .thenAccept(
              accepted -> {
                if (accepted) {
                  thread.execute(() -> echo.markAccepted(number));
                }
              });
    }

    @Override
    public String refusalReason() {
      return channelPublisher.refusalReason();
    }

    @Override
    public void renewSubscription() {
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
    }
  }
}
