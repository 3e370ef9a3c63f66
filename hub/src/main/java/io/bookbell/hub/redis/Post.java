package io.bookbell.hub.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The way out: any thread sends, nobody waits. What Redis does not take now is refused and counted,
 * never kept for later.
 */
final class Post {
  private final Line<StatefulRedisConnection<String, byte[]>> line;
  private final RedisCounters counters;

  Post(Line<StatefulRedisConnection<String, byte[]>> line, RedisCounters counters) {
    this.line = line;
    this.counters = counters;
  }

  /** The stage completes when Redis has accepted the frame, and fails when it has not in time. */
  CompletionStage<Long> send(String channel, byte[] frame) {
    return publish(channel, frame)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                counters.refused.increment();
              }
            });
  }

  CompletionStage<Long> send(String channel, NodeMessage message) {
    return send(channel, NodeMessageCodec.encode(message));
  }

  private CompletionStage<Long> publish(String channel, byte[] frame) {
    StatefulRedisConnection<String, byte[]> connection = line.connection();
    if (connection == null) {
      return CompletableFuture.failedStage(new RedisException("there is no connection"));
    }
    try {
      return connection.async().publish(channel, frame);
    } catch (RuntimeException refused) {
      return CompletableFuture.failedStage(refused);
    }
  }
}
