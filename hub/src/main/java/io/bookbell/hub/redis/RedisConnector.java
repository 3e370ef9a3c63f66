package io.bookbell.hub.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EpollProvider;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * Opens Redis connections that neither queue nor retry commands: one that can't be sent now, or
 * isn't answered in time, fails. Any thread may call any method; only {@link #close} blocks.
 */
final class RedisConnector implements AutoCloseable {
  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(new StringCodec(UTF_8), ByteArrayCodec.INSTANCE);
  private static final Duration DEAD_PEER = Duration.ofSeconds(5);
  private static final long MAX_CLOSE_MILLIS = 500;

  private final RedisOptions options;
  private final RedisURI uri;
  private final ClientResources resources;
  private final RedisClient client;

  RedisConnector(RedisOptions options) {
    this.options = options;
    this.uri = RedisURI.create(options.uri());
    uri.setTimeout(options.timings().command());
    uri.setClientName("backplane-" + options.node());
    this.resources =
        ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    this.client = RedisClient.create(resources);
    client.setOptions(clientOptions(options));
  }

  /** Opens a connection for publishing. */
  CompletionStage<StatefulRedisConnection<String, byte[]>> connectPublisher() {
    return withTimeout(client.connectAsync(CODEC, uri), this::explainFailure);
  }

  /**
   * Opens a connection and subscribes; the stage completes once Redis has accepted the
   * subscription.
   *
   * @param heard called on an event loop with the channel and the message
   */
  CompletionStage<StatefulRedisPubSubConnection<String, byte[]>> connectSubscriber(
      BiConsumer<String, byte[]> heard, String... channels) {
    return withTimeout(
        client
            .connectPubSubAsync(CODEC, uri)
            .thenCompose(connection -> subscribe(connection, heard, channels)),
        failure -> explainFailure(failure, channels));
  }

  private Throwable explainFailure(Throwable failure, String... channels) {
    return RedisPermission.findMissing(failure, options, channels)
        .<Throwable>map(RedisRefusalException::new)
        .orElse(failure);
  }

  private static CompletionStage<StatefulRedisPubSubConnection<String, byte[]>> subscribe(
      StatefulRedisPubSubConnection<String, byte[]> connection,
      BiConsumer<String, byte[]> heard,
      String... channels) {
    connection.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String channel, byte[] message) {
            heard.accept(channel, message);
          }
        });
    return connection
        .async()
        .subscribe(channels)
        .thenApply(_ -> connection)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                connection.closeAsync();
              }
            });
  }

  /**
   * Limits an attempt to connect, because one that never completes would block all later ones. A
   * connection that arrives too late is closed.
   *
   * <p>The failure is mapped here, because Lettuce's futures don't override {@code
   * exceptionallyCompose} and similar methods, which would wait forever.
   */
  private <C extends StatefulConnection<?, ?>> CompletionStage<C> withTimeout(
      CompletionStage<C> attempt, UnaryOperator<Throwable> named) {
    long most = 3 * options.timings().command().toNanos();
    CompletableFuture<C> result = new CompletableFuture<C>().orTimeout(most, TimeUnit.NANOSECONDS);
    attempt.whenComplete(
        (connection, failure) -> {
          if (failure != null) {
            result.completeExceptionally(named.apply(failure));
          } else if (!result.complete(connection)) {
            connection.closeAsync();
          }
        });
    return result;
  }

  /**
   * Waits briefly for the threads to terminate, and leaves them to terminate alone if they take
   * longer.
   */
  @Override
  public void close() {
    CompletableFuture<Void> ended =
        client
            .shutdownAsync(0, MAX_CLOSE_MILLIS, TimeUnit.MILLISECONDS)
            .whenComplete((_, _) -> resources.shutdown(0, MAX_CLOSE_MILLIS, TimeUnit.MILLISECONDS));
    ended.completeOnTimeout(null, 2 * MAX_CLOSE_MILLIS, TimeUnit.MILLISECONDS).join();
  }

  private static ClientOptions clientOptions(RedisOptions options) {
    Duration command = options.timings().command();
    return ClientOptions.builder()
        .autoReconnect(false)
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .requestQueueSize(2 * options.requestQueue())
        .timeoutOptions(TimeoutOptions.enabled(command))
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        .socketOptions(socketOptions(command))
        .build();
  }

  private static SocketOptions socketOptions(Duration connect) {
    SocketOptions.Builder socket =
        SocketOptions.builder()
            .connectTimeout(connect)
            .keepAlive(
                SocketOptions.KeepAliveOptions.builder()
                    .enable()
                    .idle(DEAD_PEER)
                    .interval(DEAD_PEER.dividedBy(3))
                    .count(3)
                    .build());
    if (EpollProvider.isAvailable()) {
      socket.tcpUserTimeout(
          SocketOptions.TcpUserTimeoutOptions.builder().enable().tcpUserTimeout(DEAD_PEER).build());
    }
    return socket.build();
  }
}
