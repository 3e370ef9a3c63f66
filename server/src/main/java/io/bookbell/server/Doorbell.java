package io.bookbell.server;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.redis.RedisBackplane;
import io.bookbell.hub.redis.RedisOptions;
import io.bookbell.hub.redis.RedisState;
import io.bookbell.server.config.Config;
import io.bookbell.server.monitoring.Health;
import io.bookbell.server.monitoring.Metrics;
import java.util.Optional;

/**
 * How this node and others tell each other at once what they commit: through Redis where it is
 * configured. Made, watched and closed by one thread; the backplane is for any.
 */
final class Doorbell implements AutoCloseable {
  private final Optional<RedisBackplane> redis;
  private final Backplane backplane;

  Doorbell(Config config) {
    redis = config.redis().map(uri -> new RedisBackplane(RedisOptions.at(uri.toString())));
    backplane = redis.<Backplane>map(opened -> opened).orElseGet(InProcessBackplane::new);
  }

  Backplane backplane() {
    return backplane;
  }

  /** Has readiness and metrics say how Redis does, where there is one. */
  void watch(Health health, Metrics metrics) {
    redis.ifPresent(
        opened -> {
          health.watchRedis(() -> opened.state() == RedisState.CONNECTED);
          metrics.watchRedis(opened);
        });
  }

  @Override
  public void close() {
    backplane.close();
  }
}
