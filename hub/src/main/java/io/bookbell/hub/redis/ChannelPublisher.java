package io.bookbell.hub.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way out: any thread sends, nobody waits. What Redis does not take now is refused and counted,
 * never kept for later, and to refuse is cheap. Changes leave room for what nodes say about
 * themselves, or a burst would look like an outage.
 */
final class ChannelPublisher {
  private static final CompletionStage<Boolean> REFUSED = CompletableFuture.completedStage(false);

  private final ReconnectingConnection<StatefulRedisConnection<String, byte[]>>
      reconnectingConnection;
  private final RedisCounters counters;
  private final Supplier<String> life;
  private final RedisOptions options;
  private final int mostChanges;
  private volatile String refusal = "what is published is not accepted";
  private final AtomicInteger changesUnderWay = new AtomicInteger();

  /**
   * @param life of the histories that this node serves now, see {@link NodeMessageCodec}
   */
  ChannelPublisher(
      ReconnectingConnection<StatefulRedisConnection<String, byte[]>> reconnectingConnection,
      RedisOptions options,
      Supplier<String> life,
      RedisCounters counters) {
    this.reconnectingConnection = reconnectingConnection;
    this.options = options;
    this.life = life;
    this.mostChanges = options.requestQueue();
    this.counters = counters;
  }

  /** Tells, sooner or later, whether Redis has accepted the change in time. Never fails. */
  CompletionStage<Boolean> sendChange(String channel, byte[] frame) {
    if (changesUnderWay.incrementAndGet() > mostChanges) {
      changesUnderWay.decrementAndGet();
      counters.refused.increment();
      return REFUSED;
    }
    return send(channel, frame).whenComplete((_, _) -> changesUnderWay.decrementAndGet());
  }

  /** As {@link #sendChange}, for what a node says about itself. */
  CompletionStage<Boolean> send(String channel, NodeMessage message) {
    return send(channel, NodeMessageCodec.encode(life.get(), message));
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

  /** Why Redis does not take what is published, as far as it has said. */
  String refusalReason() {
    return refusal;
  }

  private boolean recordOutcome(String channel, @Nullable Throwable failure) {
    if (failure != null) {
      counters.refused.increment();
      RedisPermission.findMissing(failure, options, channel).ifPresent(why -> refusal = why);
    }
    return failure == null;
  }
}
