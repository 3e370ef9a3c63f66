package io.bookbell.server;

import io.bookbell.server.config.ExternalSignInConfig;
import io.bookbell.server.config.LegacyConfig;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.SiteTokenConfig;
import io.bookbell.server.http.CredentialReader;
import io.bookbell.server.http.CredentialReader.ExternalCredentials;
import io.bookbell.server.http.CredentialReader.UserHeader;
import io.bookbell.server.http.ServerCookies;
import io.bookbell.server.http.TrustedProxies;
import io.bookbell.server.quota.SharedCounter;
import io.bookbell.server.storage.Database;
import io.bookbell.server.transfer.LegacyIdRanges;
import io.bookbell.server.transfer.LegacyQuotaCounter;
import io.bookbell.server.transfer.QueryMapping;

/** Sets up what is shared with other systems, as configured. Stateless. */
final class OtherSystems {
  private OtherSystems() {}

  /** Reads our own credentials, and those of others that are accepted. */
  static CredentialReader credentials(
      ExternalSignInConfig config, ServerCookies serverCookies, TrustedProxies proxies) {
    var external =
        new ExternalCredentials(
            config.tokens().isPresent(),
            config.tokens().flatMap(SiteTokenConfig::cookie),
            config
                .header()
                .map(
                    header -> new UserHeader(header.user(), header.email(), header.displayName())));
    return new CredentialReader(serverCookies, external, proxies);
  }

  /**
   * The counter that is shared with the replaced system, if it is.
   *
   * @throws RuntimeException with a message for the operator, if it can't be used
   */
  static SharedCounter openCounter(LegacyConfig config, Database database) {
    if (!config.sharedQuota()) {
      return SharedCounter.NONE;
    }
    QueryMapping mapping = mapping(config);
    var counter = new LegacyQuotaCounter(mapping);
    counter.requireUsable(database);
    return counter;
  }

  /**
   * Makes sure that no id means one thing here and another in the replaced system.
   *
   * @throws RuntimeException with a message for the operator, if one does
   */
  static void separateIds(ServerConfig config, Database database) {
    if (config.legacy().sharedQuota()) {
      LegacyIdRanges.separate(database, mapping(config.legacy()));
    } else if (config.redis().flatMap(ServerConfig.RedisConfig::legacyChannel).isPresent()) {
      LegacyIdRanges.reserveUnseen(database);
    }
  }

  private static QueryMapping mapping(LegacyConfig config) {
    return config.mapping().map(QueryMapping::ofFile).orElseGet(() -> QueryMapping.ofDefault(true));
  }
}
