package io.bookbell.server;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.redis.RedisBackplane;
import io.bookbell.hub.redis.RedisOptions;
import io.bookbell.hub.redis.RedisState;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.legacy.LegacyChannel;
import io.bookbell.server.monitoring.HealthRoutes;
import io.bookbell.server.monitoring.ServerMetrics;
import java.util.Optional;

/**
 * How this node and others tell each other at once what they commit: through Redis where it is
 * configured. Made, watched and closed by one thread; the backplane is for any.
 */
final class ClusterBackplane implements AutoCloseable {
  private final Optional<RedisChannels> redis;
  private final Backplane backplane;
  private final DatabaseIdentity databaseIdentity;

  /**
   * @param legacy joined to the nodes, where the replaced system still runs
   */
  private record RedisChannels(RedisBackplane nodes, Optional<LegacyChannel> legacy) {
    static RedisChannels fromConfig(
        ServerConfig.RedisConfig config, DatabaseIdentity databaseIdentity) {
      var options =
          RedisOptions.forUri(config.uri().toString())
              .withPrefix(config.prefix() + ":" + databaseIdentity.installation() + ":")
              .withLife(databaseIdentity.epochKey(databaseIdentity.epoch()));
      var nodes = new RedisBackplane(options);
      return new RedisChannels(
          nodes, config.legacyChannel().map(name -> new LegacyChannel(nodes, options, name)));
    }

    Backplane joinedBackplane() {
      return legacy.<Backplane>map(joined -> joined).orElse(nodes);
    }
  }

  /**
   * Which database this node serves.
   *
   * @param installation the database's id, in the names of channels
   * @param epoch the database's life; with the id it is in every frame
   */
  record DatabaseIdentity(String installation, String epoch) {
    String epochKey(String newEpoch) {
      return installation + "/" + newEpoch;
    }
  }

  ClusterBackplane(ServerConfig serverConfig, DatabaseIdentity databaseIdentity) {
    this.databaseIdentity = databaseIdentity;
    redis = serverConfig.redis().map(one -> RedisChannels.fromConfig(one, databaseIdentity));
    backplane = redis.map(RedisChannels::joinedBackplane).orElseGet(InProcessBackplane::new);
  }

  Backplane backplane() {
    return backplane;
  }

  /** From now on only nodes that know of this life of the database are heard. */
  void startEpoch(String epoch) {
    redis.ifPresent(opened -> opened.nodes.startEpoch(databaseIdentity.epochKey(epoch)));
  }

  /** Has readiness and metrics say how Redis does, where there is one. */
  void registerMonitoring(HealthRoutes healthRoutes, ServerMetrics serverMetrics) {
    redis.ifPresent(
        opened -> {
          healthRoutes.addRedisCheck(() -> opened.nodes.state() == RedisState.CONNECTED);
          serverMetrics.registerRedis(opened.nodes);
          opened.legacy.ifPresent(serverMetrics::registerLegacy);
        });
  }

  @Override
  public void close() {
    backplane.close();
  }
}
