package io.bookbell.hub.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes to Redis without blocking. Any thread may call it. Whatever Redis can't accept now is
 * refused and counted, never queued for later, and refusing is cheap. The number of changes in
 * flight is limited, which leaves room for heartbeats and presence; otherwise a burst would look
 * like an outage.
 */
final class ChannelPublisher {
  private static final String NOT_ACCEPTED = "what is published is not accepted";
  private static final CompletionStage<Boolean> REFUSED = CompletableFuture.completedStage(false);

  private final ReconnectingConnection<StatefulRedisConnection<String, byte[]>>
      reconnectingConnection;
  private final RedisCounters counters;
  private final Supplier<String> databaseEpoch;
  private final RedisOptions options;
  private final int mostChanges;
  private volatile String refusal = NOT_ACCEPTED;
  private final AtomicInteger changesUnderWay = new AtomicInteger();

  /**
   * @param databaseEpoch the database and epoch that this node serves now, see {@link
   *     NodeMessageCodec}
   */
  ChannelPublisher(
      ReconnectingConnection<StatefulRedisConnection<String, byte[]>> reconnectingConnection,
      RedisOptions options,
      Supplier<String> databaseEpoch,
      RedisCounters counters) {
    this.reconnectingConnection = reconnectingConnection;
    this.options = options;
    this.databaseEpoch = databaseEpoch;
    this.mostChanges = options.requestQueue();
    this.counters = counters;
  }

  /**
   * Publishes a change. The stage completes with whether Redis has accepted it in time; it never
   * fails.
   */
  CompletionStage<Boolean> sendChange(String channel, byte[] frame) {
    if (changesUnderWay.incrementAndGet() > mostChanges) {
      changesUnderWay.decrementAndGet();
      counters.refused.increment();
      return REFUSED;
    }
    return send(channel, frame).whenComplete((_, _) -> changesUnderWay.decrementAndGet());
  }

  /**
   * Like {@link #sendChange}, for messages about the node itself, which aren't limited in number.
   */
  CompletionStage<Boolean> send(String channel, NodeMessage message) {
    return send(channel, NodeMessageCodec.encode(databaseEpoch.get(), message));
  }

  private CompletionStage<Boolean> send(String channel, byte[] frame) {
    StatefulRedisConnection<String, byte[]> connection = reconnectingConnection.connection();
    if (connection == null) {
      counters.refused.increment();
      return REFUSED;
    }
    try {
      return connection
          .async()
          .publish(channel, frame)
          .handle((_, failure) -> recordOutcome(channel, failure));
    } catch (RuntimeException refused) {
      return CompletableFuture.completedStage(recordOutcome(channel, refused));
    }
  }

  /** Why Redis doesn't accept messages, as far as known since it last accepted one. */
  String refusalReason() {
    return refusal;
  }

  private boolean recordOutcome(String channel, @Nullable Throwable failure) {
    if (failure == null) {
      refusal = NOT_ACCEPTED;
    } else {
      counters.refused.increment();
      RedisPermission.findMissing(failure, options, channel).ifPresent(why -> refusal = why);
    }
    return failure == null;
  }
}
