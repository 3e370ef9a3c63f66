package io.bookbell.server;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.DatabaseStart.StartupState;
import io.bookbell.server.account.AccountMailer;
import io.bookbell.server.account.PasswordHasher;
import io.bookbell.server.account.SessionAuthenticator;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.creator.PictureDecoder;
import io.bookbell.server.external.ExternalAuthenticator;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.BasePath;
import io.bookbell.server.http.CallerCache;
import io.bookbell.server.http.CrossOriginHandler;
import io.bookbell.server.http.OriginPolicy;
import io.bookbell.server.http.RateLimits;
import io.bookbell.server.http.RefusalCounters;
import io.bookbell.server.http.ServerCookies;
import io.bookbell.server.http.TrustedProxies;
import io.bookbell.server.http.WebServer;
import io.bookbell.server.key.CallerAuthenticator;
import io.bookbell.server.legacy.LegacyTranslator;
import io.bookbell.server.live.ConnectionAdmission;
import io.bookbell.server.live.ConnectionExpiry;
import io.bookbell.server.live.EventStreamRoutes;
import io.bookbell.server.live.LiveConnections;
import io.bookbell.server.live.MessageRoutes;
import io.bookbell.server.live.WebSocketRoutes;
import io.bookbell.server.monitoring.HealthRoutes;
import io.bookbell.server.monitoring.ServerMetrics;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.patreon.PatreonConnectService;
import io.bookbell.server.quota.TierAnnouncer;
import io.bookbell.server.receipt.MessageRetention;
import io.bookbell.server.site.SiteFiles;
import io.bookbell.server.storage.Database;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server. Creates all parts and passes each its dependencies by constructor. {@link
 * #start} and {@link #close} must not run concurrently; {@link #close} may be called on another
 * thread, such as a shutdown hook. The parts have threads of their own.
 */
public final class Bookbell implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Bookbell.class);

  private final InstantSource clock = InstantSource.system();
  private final CallerCache callerCache = new CallerCache(clock);
  private final ServerConfig serverConfig;
  private final Database database;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Services services;
  private final DatabaseStart databaseStart;
  private final ClusterBackplane clusterBackplane;
  private final LiveConnections liveConnections;
  private final HealthRoutes healthRoutes;
  private final OriginPolicy originPolicy;
  private final TrustedProxies proxies;
  private final ExternalAuthenticator externalAuthenticator;
  private final RefusalCounters refusalCounters = new RefusalCounters();
  private final WebServer server;
  private final Optional<String> setupToken;

  private Bookbell(ServerConfig serverConfig, Database database) {
    this.serverConfig = serverConfig;
    this.database = database;
    this.services =
        new Services(
            new LiveClientNotifier(),
            basePath(),
            OtherSystems.openCounter(serverConfig.legacy(), database));
    OtherSystems.separateIds(serverConfig, database);
    this.databaseStart = new DatabaseStart(database, services.accounts);
    this.healthRoutes = new HealthRoutes(database);
    var reach = serverConfig.reach();
    this.proxies = new TrustedProxies(reach.trustedProxies());
    this.originPolicy = new OriginPolicy(reach.publicUrl(), reach.allowedOrigins(), proxies);
    this.externalAuthenticator =
        new ExternalAuthenticator(
            database,
            services.accounts,
            serverConfig.external(),
            new EnvironmentProxies(System.getenv()),
            clock);
    try {
      CompletableFuture<StartupState> begun = databaseStart.prepare();
      Vertx vertx = createVertx();
      this.setupToken = begun.join().setupToken();
      this.clusterBackplane =
          registerCloseable(
              new ClusterBackplane(
                  serverConfig,
                  begun.join().identity(),
                  new LegacyTranslator(database, new StoredLegacyDirectory(services), clock)));
      this.liveConnections = registerCloseable(createLiveService());
      this.server = startWebServer(vertx);
    } catch (RuntimeException e) {
      closeAll();
      throw e;
    }
  }

  /**
   * Starts serving an open database, which stays open when the server closes.
   *
   * @throws WebServer.WebServerException if the port is in use
   */
  public static Bookbell start(ServerConfig serverConfig, Database database) {
    return new Bookbell(serverConfig, database);
  }

  /** The URL at which this machine can reach the server. */
  public String localUrl() {
    String host = serverConfig.listen().host();
    boolean all = host.equals("0.0.0.0") || host.equals("::");
    String reached = all ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
    return "http://" + reached + ":" + server.port();
  }

  public int port() {
    return server.port();
  }

  /** The URL of the page, without a slash at the end. */
  private String siteUrl() {
    return serverConfig.reach().publicUrl().map(PublicUrl::toString).orElseGet(this::localUrl);
  }

  /** The link for creating the first account; empty once there is an account. */
  public Optional<String> setupLink() {
    return setupToken.map(token -> siteUrl() + "/setup#" + token);
  }

  private LiveConnections createLiveService() {
    var liveSources =
        new LiveConnections.LiveSources(
            services.inbox,
            services.sessions,
            services.creators,
            services.access,
            services.quotas,
            services.requests,
            services.lists,
            services.notifications,
            services.receipts,
            services.teamLists,
            services.following);
    var options =
        HubOptions.defaults()
            .withConnectionsPerUser(serverConfig.connections().perUser())
            .withReconnectSpread(serverConfig.connections().drain())
            .withBatchedSends(serverConfig.connections().ring());
    return new LiveConnections(
        options,
        database,
        liveSources,
        new ConnectionExpiry(externalAuthenticator::authenticateToken),
        clusterBackplane.backplane(),
        clock,
        callerCache::forget,
        this::startEpoch);
  }

  /** Called when the database was restored or replaced. */
  private void startEpoch(String epoch) {
    services.access.clearCaches();
    services.requests.clearCaches();
    clusterBackplane.startEpoch(epoch);
    databaseStart.onReplaced();
  }

  private Vertx createVertx() {
    var options =
        new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(eventLoops());
    options.getFileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    Vertx vertx = Vertx.vertx(options);
    open.push(() -> vertx.close().await(10, TimeUnit.SECONDS));
    return vertx;
  }

  /** Leaves half of the processors to the database's threads: see docs/decisions/0020. */
  private static int eventLoops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  private WebServer startWebServer(Vertx vertx) {
    ServerMetrics serverMetrics =
        registerCloseable(
            new ServerMetrics(liveConnections.webSocketManager()::statistics, services.admins));
    serverMetrics.registerDatabase(database);
    serverMetrics.registerRoles(liveConnections);
    serverMetrics.measureBroadcasts(liveConnections.webSocketManager());
    clusterBackplane.registerMonitoring(healthRoutes, serverMetrics);
    serverMetrics.registerRefusals(refusalCounters);
    Router router = Router.router(vertx);
    serverMetrics.timeRequests(router);
    WebServer.installDefaults(router, clock, originPolicy::isSecure);
    CrossOriginHandler.install(router, originPolicy);
    healthRoutes.addRoutes(router);
    serveMetrics(vertx, router, serverMetrics);
    NewsWiring news =
        registerCloseable(new NewsWiring(database, services, serverConfig, vertx, this::siteUrl));
    news.registerMetrics(serverMetrics);
    addApiRoutes(news, router);
    new SiteFiles(basePath()).addRoutes(router);
    var listenConfig = serverConfig.listen();
    var httpIntake =
        new WebServer.HttpIntake(
            router,
            basePath().path(),
            WebSocketRoutes::isPath,
            EventStreamRoutes::isPath,
            refusalCounters);
    HostHeaderWarning.warnWithoutPublicUrl(serverConfig);
    return registerCloseable(
        WebServer.start(
            vertx, listenConfig.host(), listenConfig.port(), "BOOKBELL_PORT", httpIntake));
  }

  private BasePath basePath() {
    return new BasePath(serverConfig.reach().publicUrl().map(PublicUrl::path).orElse(""));
  }

  private void serveMetrics(Vertx vertx, Router router, ServerMetrics serverMetrics) {
    Optional<Integer> own = serverConfig.listen().metricsPort();
    if (own.isEmpty()) {
      serverMetrics.addRoute(router);
      return;
    }
    Router apart = Router.router(vertx);
    WebServer.installDefaults(apart, clock, _ -> false);
    serverMetrics.addRoute(apart);
    var httpIntake = new WebServer.HttpIntake(apart, "", _ -> false, _ -> false, refusalCounters);
    var metricsServer =
        registerCloseable(
            WebServer.start(
                vertx,
                serverConfig.listen().host(),
                own.get(),
                "BOOKBELL_METRICS_PORT",
                httpIntake));
    log.info("Metrics are on port {}", metricsServer.port());
  }

  private void addApiRoutes(NewsWiring news, Router router) {
    ServerCookies serverCookies =
        ServerCookies.of(serverConfig.reach().cookieName(), serverConfig.reach().publicUrl());
    RateLimits rates =
        serverConfig.connections().rateLimits()
            ? RateLimits.withLimits(clock)
            : RateLimits.withoutLimits();
    var gate =
        new CallerAuthenticator(
            new SessionAuthenticator(database, services.sessions, services.tickets, callerCache),
            database,
            services.keys,
            externalAuthenticator,
            rates,
            callerCache);
    var credentials = OtherSystems.credentials(serverConfig.external(), serverCookies, proxies);
    var admission =
        new ConnectionAdmission(liveConnections, gate, originPolicy, credentials, rates);
    new WebSocketRoutes(liveConnections, admission).addRoutes(router);
    new EventStreamRoutes(liveConnections, admission).addRoutes(router);
    var apiRouter =
        new ApiRouter(router, database, gate, originPolicy, serverCookies, credentials, rates);
    new MessageRoutes(liveConnections, admission, services.inbox, services.receipts)
        .addRoutes(apiRouter);
    var memberships =
        registerCloseable(new MembershipWiring(database, services, serverConfig.patreon(), clock));
    memberships.addRoutes(apiRouter);
    addAccountRoutes(apiRouter, memberships.patreonConnect(), news.accountMailer());
    var decoder = registerCloseable(new PictureDecoder());
    FeatureRoutes.addRoutes(apiRouter, database, services, startHousekeeping(), decoder, clock);
    news.addRoutes(apiRouter, rates);
    news.start();
    BookWiring.addRoutes(apiRouter, database, services, serverConfig.catalogue(), clock)
        .ifPresent(this::registerCloseable);
  }

  private void addAccountRoutes(
      ApiRouter apiRouter,
      Optional<PatreonConnectService> patreonConnect,
      Optional<AccountMailer> accountMailer) {
    var accountWiring =
        new AccountWiring(
            database,
            services,
            registerCloseable(new PasswordHasher()),
            patreonConnect,
            accountMailer);
    var signInService = accountWiring.createSignInService();
    accountWiring.addRoutes(apiRouter, signInService);
    var providers = serverConfig.providers();
    var signInWays = services.signInWays(providers);
    registerCloseable(
            new SignInWiring(
                database,
                services,
                signInService,
                signInWays,
                accountWiring.passwordConfirmation(),
                providers,
                patreonConnect.isPresent(),
                clock))
        .addRoutes(apiRouter, accountMailer.isPresent());
    OperatorWiring.addRoutes(
        apiRouter, services, signInWays, liveConnections, !providers.isEmpty());
  }

  private TierAnnouncer startHousekeeping() {
    var announcer = new TierAnnouncer(database, services.creators, services.quotas, services.inbox);
    var messageRetention =
        new MessageRetention(
            services.inbox,
            services.receipts,
            services.sessions,
            services.keys,
            serverConfig.inbox().kept());
    registerCloseable(
            new HousekeepingWorker(
                database, services, announcer, messageRetention, liveConnections))
        .start();
    return announcer;
  }

  private <T extends AutoCloseable> T registerCloseable(T part) {
    open.push(part);
    return part;
  }

  /** Reports not ready, closes every WebSocket with a close frame, then closes all parts. */
  @Override
  public void close() {
    healthRoutes.markClosing();
    liveConnections.close(); // before the server, which would send no close frames
    closeAll();
  }

  private void closeAll() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        log.warn("Closing a part of the server failed", e);
      }
    }
  }

  /** Sends committed changes to connected users. During the start nobody is connected yet. */
  private final class LiveClientNotifier implements Services.ClientNotifier {
    @Override
    public void publishChange(List<Delivery> change) {
      liveConnections.broadcastChange(change);
    }

    @Override
    public void broadcastMessage(Message message, Set<UserId> users) {
      liveConnections.broadcast(message, users);
    }

    @Override
    public void closeSession(UserId user, String session) {
      liveConnections.sessionEnded(user, session);
    }
  }
}
