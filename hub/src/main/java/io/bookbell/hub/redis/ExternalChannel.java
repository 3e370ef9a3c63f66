package io.bookbell.hub.redis;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * A Redis channel shared with other programs, in a message format agreed with them. Any thread may
 * call any method. None waits for Redis, except that {@link #close} takes a moment.
 *
 * <p>Nothing is queued for later. The channel has its own connections, so that heavy traffic on it
 * doesn't delay the {@link RedisBackplane}; they are replaced when they are lost, are stuck or
 * receive nothing. The other programs wouldn't understand probes, so those use a separate channel.
 */
public final class ExternalChannel implements AutoCloseable {
  private final String name;
  private final Consumer<byte[]> heard;
  private final RedisCounters counters = new RedisCounters();
  private final BackplaneThread thread = new BackplaneThread();
  private final LoopbackProbe echo;
  private final MonitoredPubSub monitoredPubSub;
  private volatile boolean closed;

  /**
   * Starts connecting, and returns at once.
   *
   * @param heard called on an event loop with each message, including those of this node
   */
  public ExternalChannel(RedisOptions options, String name, Consumer<byte[]> heard) {
    this.name = name;
    this.heard = heard;
    this.echo =
        new LoopbackProbe(
            options.channelOf(options.node()) + ":" + name,
            number -> new NodeMessage.LoopbackEcho(options.node(), number));
    this.monitoredPubSub =
        new MonitoredPubSub(
            options,
            options::databaseEpoch,
            thread,
            counters,
            new LoopbackMonitor.MonitorWording(
                () -> "Redis channel " + name,
                List.of(),
                "connected",
                "is unavailable: no messages are exchanged",
                "connected again"),
            new MonitoredPubSub.SubscribedChannels(List.of(echo), List.of(name), this::onMessage),
            () -> {});
    thread.execute(monitoredPubSub::open);
    thread.scheduleWithFixedDelay(
        options.timings().probe().dividedBy(4),
        () -> monitoredPubSub.loopbackMonitor().checkProbes(System.nanoTime()));
  }

  /**
   * Publishes a message. The stage completes with whether Redis has accepted it in time; it never
   * fails.
   */
  public CompletionStage<Boolean> publish(byte[] message) {
    return monitoredPubSub.channelPublisher().sendChange(name, message);
  }

  /** Whether published messages come back. */
  public RedisState state() {
    return monitoredPubSub.loopbackMonitor().state();
  }

  /** Closes both connections; no message is passed on afterwards. */
  @Override
  public void close() {
    closed = true;
    thread.close();
    monitoredPubSub.close();
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
        monitoredPubSub.loopbackMonitor().onProbeReturned(echo, nonce, now);
      }
    } catch (MalformedFrameException malformed) {
      counters.malformed.increment();
    }
  }
}
