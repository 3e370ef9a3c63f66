package io.bookbell.server;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.redis.RedisBackplane;
import io.bookbell.hub.redis.RedisOptions;
import io.bookbell.hub.redis.RedisState;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.legacy.LegacyChannel;
import io.bookbell.server.legacy.LegacyTranslator;
import io.bookbell.server.monitoring.HealthRoutes;
import io.bookbell.server.monitoring.ServerMetrics;
import java.util.Optional;

/**
 * Selects and owns the backplane: Redis if it is configured, otherwise in-process. Creating,
 * monitoring and closing it must not happen concurrently; the backplane itself is thread-safe.
 */
final class ClusterBackplane implements AutoCloseable {
  private final Optional<RedisChannels> redis;
  private final Backplane backplane;
  private final DatabaseIdentity databaseIdentity;

  /**
   * @param legacy wraps {@code nodes} while the replaced system still runs
   */
  private record RedisChannels(RedisBackplane nodes, Optional<LegacyChannel> legacy) {
    static RedisChannels fromConfig(
        ServerConfig.RedisConfig config,
        DatabaseIdentity databaseIdentity,
        LegacyTranslator translator) {
      var options =
          RedisOptions.forUri(config.uri().toString())
              .withPrefix(config.prefix() + ":" + databaseIdentity.installation() + ":")
              .withDatabaseEpoch(databaseIdentity.epochKey(databaseIdentity.epoch()));
      var nodes = new RedisBackplane(options);
      return new RedisChannels(
          nodes,
          config.legacyChannel().map(name -> new LegacyChannel(nodes, options, name, translator)));
    }

    Backplane joinedBackplane() {
      return legacy.<Backplane>map(joined -> joined).orElse(nodes);
    }
  }

  /**
   * Identifies the database that this node serves.
   *
   * @param installation the database's id, part of the channel names
   * @param epoch the database's epoch; sent with the id in every frame
   */
  record DatabaseIdentity(String installation, String epoch) {
    String epochKey(String newEpoch) {
      return installation + "/" + newEpoch;
    }
  }

  /**
   * @param translator of the replaced system's messages
   */
  ClusterBackplane(
      ServerConfig serverConfig, DatabaseIdentity databaseIdentity, LegacyTranslator translator) {
    this.databaseIdentity = databaseIdentity;
    redis =
        serverConfig
            .redis()
            .map(one -> RedisChannels.fromConfig(one, databaseIdentity, translator));
    backplane = redis.map(RedisChannels::joinedBackplane).orElseGet(InProcessBackplane::new);
  }

  Backplane backplane() {
    return backplane;
  }

  /** Accepts messages only from nodes that know the new epoch. */
  void startEpoch(String epoch) {
    redis.ifPresent(opened -> opened.nodes.startEpoch(databaseIdentity.epochKey(epoch)));
  }

  /** Adds Redis to readiness and metrics, if it is configured. */
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
