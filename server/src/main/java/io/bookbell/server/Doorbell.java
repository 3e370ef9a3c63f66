package io.bookbell.server;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.redis.RedisBackplane;
import io.bookbell.hub.redis.RedisOptions;
import io.bookbell.hub.redis.RedisState;
import io.bookbell.server.config.Config;
import io.bookbell.server.legacy.LegacyChannel;
import io.bookbell.server.monitoring.Health;
import io.bookbell.server.monitoring.Metrics;
import java.util.Optional;

/**
 * How this node and others tell each other at once what they commit: through Redis where it is
 * configured. Made, watched and closed by one thread; the backplane is for any.
 */
final class Doorbell implements AutoCloseable {
  private final Optional<Redis> redis;
  private final Backplane backplane;
  private final Identity identity;

  /**
   * @param legacy joined to the nodes, where the replaced system still runs
   */
  private record Redis(RedisBackplane nodes, Optional<LegacyChannel> legacy) {
    static Redis open(Config.Redis config, Identity identity) {
      var options =
          RedisOptions.at(config.uri().toString())
              .withPrefix(config.prefix() + ":" + identity.installation() + ":")
              .withLife(identity.life(identity.epoch()));
      var nodes = new RedisBackplane(options);
      return new Redis(
          nodes, config.legacyChannel().map(name -> new LegacyChannel(nodes, options, name)));
    }

    Backplane backplane() {
      return legacy.<Backplane>map(joined -> joined).orElse(nodes);
    }
  }

  /**
   * Which database this node serves.
   *
   * @param installation the database's id, in the names of channels
   * @param epoch the database's life; with the id it is in every frame
   */
  record Identity(String installation, String epoch) {
    String life(String newEpoch) {
      return installation + "/" + newEpoch;
    }
  }

  Doorbell(Config config, Identity identity) {
    this.identity = identity;
    redis = config.redis().map(one -> Redis.open(one, identity));
    backplane = redis.map(Redis::backplane).orElseGet(InProcessBackplane::new);
  }

  Backplane backplane() {
    return backplane;
  }

  /** From now on only nodes that know of this life of the database are heard. */
  void beginLife(String epoch) {
    redis.ifPresent(opened -> opened.nodes.beginLife(identity.life(epoch)));
  }

  /** Has readiness and metrics say how Redis does, where there is one. */
  void watch(Health health, Metrics metrics) {
    redis.ifPresent(
        opened -> {
          health.watchRedis(() -> opened.nodes.state() == RedisState.CONNECTED);
          metrics.watchRedis(opened.nodes);
          opened.legacy.ifPresent(metrics::watchLegacy);
        });
  }

  @Override
  public void close() {
    backplane.close();
  }
}
