package io.bookbell.server;

import io.bookbell.server.config.ServerConfig.PatreonConfig;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.kofi.KofiRoutes;
import io.bookbell.server.membership.MembershipSource;
import io.bookbell.server.membership.SourceSync;
import io.bookbell.server.membership.SourceWorker;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.patreon.PatreonApi;
import io.bookbell.server.patreon.PatreonConnectService;
import io.bookbell.server.patreon.PatreonRoutes;
import io.bookbell.server.patreon.PatreonSource;
import io.bookbell.server.storage.Database;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Wires the sources of memberships. */
final class MembershipWiring implements AutoCloseable {
  private final Database database;
  private final Services services;
  private final Optional<PatreonApi> patreonApi;
  private final Optional<PatreonSource> patreonSource;
  private final SourceSync sourceSync;
  private final SourceWorker sourceWorker;

  MembershipWiring(
      Database database,
      Services services,
      Optional<PatreonConfig> patreonConfig,
      InstantSource clock) {
    this.database = database;
    this.services = services;
    var proxies = new EnvironmentProxies(System.getenv());
    patreonApi = patreonConfig.map(config -> new PatreonApi(config, proxies, clock));
    patreonSource =
        patreonApi.map(
            api ->
                new PatreonSource(
                    database,
                    services.sources,
                    api,
                    patreonConfig.orElseThrow().clientSecret(),
                    clock));
    sourceSync = new SourceSync(database, services.reconciler, services.sources::recordFailure);
    sourceWorker = new SourceWorker(database, services.reconciler, sourceSync, listedSources());
  }

  private Map<String, MembershipSource> listedSources() {
    return patreonSource.stream()
        .collect(Collectors.toMap(MembershipSource::name, Function.identity()));
  }

  void addRoutes(ApiRouter apiRouter) {
    new PatreonRoutes(database, services.sources, sourceSync, sourceWorker, patreonSource)
        .addRoutes(apiRouter);
    new KofiRoutes(database, services.sources, sourceWorker).addRoutes(apiRouter);
    sourceWorker.start();
  }

  /** Empty if this server isn't registered at Patreon. */
  Optional<PatreonConnectService> patreonConnect() {
    return patreonApi.map(
        api ->
            new PatreonConnectService(
                database,
                services.sources,
                sourceWorker,
                services.accounts,
                api,
                patreonSource.orElseThrow()));
  }

  @Override
  public void close() {
    sourceWorker.close();
    patreonApi.ifPresent(PatreonApi::close);
  }
}
