package io.bookbell.hub.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A publishing and a subscribing Redis connection, and the monitor that replaces them when they are
 * lost, are stuck or receive nothing. Belongs to the given thread once opened, but any thread may
 * call {@link #channelPublisher}, {@link #loopbackMonitor} and {@link #close}.
 */
final class MonitoredPubSub implements LoopbackMonitor.MonitoredConnections, AutoCloseable {
  private final BackplaneThread thread;
  private final RedisCounters counters;
  private final List<LoopbackProbe> probes;
  private final Runnable recovered;
  private final LoopbackMonitor loopbackMonitor;
  private final RedisConnector redisConnector;
  private final ReconnectingConnection<StatefulRedisConnection<String, byte[]>> publishing;
  private final ReconnectingConnection<StatefulRedisPubSubConnection<String, byte[]>> subscription;
  private final ChannelPublisher channelPublisher;

  /**
   * The channels to subscribe to.
   *
   * @param probes one for each channel that is verified
   * @param others channels that aren't verified
   * @param heard called on an event loop with the channel and each message that arrives
   */
  record SubscribedChannels(
      List<LoopbackProbe> probes, List<String> others, BiConsumer<String, byte[]> heard) {
    String[] names() {
      return Stream.concat(others.stream(), probes.stream().map(LoopbackProbe::channel))
          .toArray(String[]::new);
    }
  }

  /**
   * @param databaseEpoch supplies the database and epoch for outgoing frames
   * @param recovered called when all probes return, for the first time or after an outage
   */
  MonitoredPubSub(
      RedisOptions options,
      Supplier<String> databaseEpoch,
      BackplaneThread thread,
      RedisCounters counters,
      LoopbackMonitor.MonitorWording wording,
      SubscribedChannels channels,
      Runnable recovered) {
    this.thread = thread;
    this.counters = counters;
    this.probes = channels.probes();
    this.recovered = recovered;
    RedisConnector connector = new RedisConnector(options);
    LoopbackMonitor monitor =
        new LoopbackMonitor(options.timings(), this, counters, wording, probes);
    this.redisConnector = connector;
    this.loopbackMonitor = monitor;
    this.publishing =
        newConnection(connector::connectPublisher, thread, options.timings(), monitor);
    this.subscription =
        newConnection(
            () -> connector.connectSubscriber(channels.heard(), channels.names()),
            thread,
            options.timings(),
            monitor);
    this.channelPublisher = new ChannelPublisher(publishing, options, databaseEpoch, counters);
  }

  private static <C extends StatefulConnection<?, ?>> ReconnectingConnection<C> newConnection(
      Supplier<CompletionStage<C>> connect,
      BackplaneThread thread,
      RedisOptions.Timings timings,
      LoopbackMonitor monitor) {
    Runnable ready = () -> monitor.onConnectionReady(System.nanoTime());
    return new ReconnectingConnection<>(connect, thread, timings, ready, monitor::onConnectionLost);
  }

  void open() {
    publishing.open();
    subscription.open();
  }

  LoopbackMonitor loopbackMonitor() {
    return loopbackMonitor;
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
    probes.forEach(loopbackProbe -> sendProbe(loopbackProbe, number));
  }

  private void sendProbe(LoopbackProbe loopbackProbe, long number) {
    channelPublisher
        .send(loopbackProbe.channel(), loopbackProbe.createMessage(number))
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
    subscription.reconnect("no messages arrive on it");
  }

  @Override
  public void renewPublishing() {
    publishing.reconnect("Redis accepts no messages on it");
  }

  @Override
  public void onRecovered() {
    publishing.resetBackoff();
    subscription.resetBackoff();
    recovered.run();
  }

  @Override
  public void close() {
    redisConnector.close();
  }
}
