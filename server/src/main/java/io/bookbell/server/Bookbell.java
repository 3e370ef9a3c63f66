package io.bookbell.server;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountRoutes;
import io.bookbell.server.account.Passwords;
import io.bookbell.server.account.SessionGate;
import io.bookbell.server.account.SetupRoutes;
import io.bookbell.server.account.SignIn;
import io.bookbell.server.account.SignUps;
import io.bookbell.server.activity.ActivityRoutes;
import io.bookbell.server.book.BookRoutes;
import io.bookbell.server.book.BookSearch;
import io.bookbell.server.book.Covers;
import io.bookbell.server.book.OpenLibrary;
import io.bookbell.server.book.ShownCovers;
import io.bookbell.server.canned.CannedRoutes;
import io.bookbell.server.config.Config;
import io.bookbell.server.creator.CreatorRoutes;
import io.bookbell.server.creator.PictureReader;
import io.bookbell.server.creator.PictureRoutes;
import io.bookbell.server.inbox.Epochs;
import io.bookbell.server.invitation.InvitationRoutes;
import io.bookbell.server.invitation.JoinRoutes;
import io.bookbell.server.live.Live;
import io.bookbell.server.live.SocketRoute;
import io.bookbell.server.monitoring.Health;
import io.bookbell.server.monitoring.Metrics;
import io.bookbell.server.network.EnvironmentProxies;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.notification.NotificationRoutes;
import io.bookbell.server.quota.QuotaRoutes;
import io.bookbell.server.quota.TierAnnouncer;
import io.bookbell.server.receipt.ReceiptRoutes;
import io.bookbell.server.receipt.Retention;
import io.bookbell.server.request.FollowRoutes;
import io.bookbell.server.request.RequestRoutes;
import io.bookbell.server.storage.Database;
import io.bookbell.server.team.TeamRoutes;
import io.bookbell.server.web.Api;
import io.bookbell.server.web.Cookies;
import io.bookbell.server.web.Origins;
import io.bookbell.server.web.PageFiles;
import io.bookbell.server.web.Rates;
import io.bookbell.server.web.Refusals;
import io.bookbell.server.web.TrustedProxies;
import io.bookbell.server.web.WebServer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running server: every part is made here and given what it needs by constructor. {@link #start}
 * and {@link #close} are for one thread; what runs in between has threads of its own.
 */
final class Bookbell implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Bookbell.class);
  private static final Duration CATALOGUE_PATIENCE = Duration.ofSeconds(4);

  private final InstantSource clock = InstantSource.system();
  private final Config config;
  private final Database database;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Features features = new Features(new ToConnections());
  private final Doorbell doorbell;
  private final Live live;
  private final Health health;
  private final Origins origins;
  private final Refusals refusals = new Refusals();
  private final WebServer server;
  private final Optional<String> setupToken;

  private Bookbell(Config config, Database database) {
    this.config = config;
    this.database = database;
    this.health = new Health(database);
    var reach = config.reach();
    var proxies = new TrustedProxies(reach.trustedProxies());
    this.origins = new Origins(reach.publicUrl(), reach.allowedOrigins(), proxies);
    try {
      CompletableFuture<Begun> begun = begin();
      Vertx vertx = vertx();
      this.setupToken = begun.join().setupToken;
      this.doorbell = opened(new Doorbell(config, begun.join().identity));
      this.live = opened(live());
      this.server = serve(vertx);
    } catch (RuntimeException e) {
      closeAll();
      throw e;
    }
  }

  /**
   * Serves a database that is open; it stays open when the server closes.
   *
   * @throws WebServer.WebServerException when the port is taken
   */
  static Bookbell start(Config config, Database database) {
    return new Bookbell(config, database);
  }

  /** Where it is reached from this machine. */
  String url() {
    String host = config.listen().host();
    boolean all = host.equals("0.0.0.0") || host.equals("::");
    String reached = all ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
    return "http://" + reached + ":" + server.port();
  }

  int port() {
    return server.port();
  }

  /** The page that makes the first account, while there is none. */
  Optional<String> setupLink() {
    String base = config.reach().publicUrl().map(PublicUrl::toString).orElse(url());
    return setupToken.map(token -> base + "/setup#" + token);
  }

  /**
   * What the database says at the start.
   *
   * @param setupToken of {@link #setupLink}
   */
  private record Begun(Optional<String> setupToken, Doorbell.Identity identity) {}

  /** Begins the database's life where it is new. */
  private CompletableFuture<Begun> begin() {
    return database.write(
        tx -> {
          Epochs.begin(tx);
          var identity = new Doorbell.Identity(Epochs.installation(tx), new Epochs().current(tx));
          return new Begun(features.accounts.offerSetup(tx), identity);
        });
  }

  private Live live() {
    var sources =
        new Live.Sources(
            features.inbox,
            features.creators,
            features.access,
            features.quotas,
            features.requests,
            features.lists,
            features.notifications,
            features.receipts);
    var options =
        HubOptions.defaults()
            .withConnectionsPerUser(config.connections().perUser())
            .withReconnectSpread(config.connections().drain())
            .withRing(config.connections().ring());
    return new Live(options, database, sources, doorbell.backplane(), clock, this::beginLife);
  }

  /** The database was restored, or replaced by another. */
  private void beginLife(String epoch) {
    features.access.clear();
    doorbell.beginLife(epoch);
  }

  private Vertx vertx() {
    var options =
        new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(eventLoops());
    options.getFileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false);
    Vertx vertx = Vertx.vertx(options);
    open.push(() -> vertx.close().await(10, TimeUnit.SECONDS));
    return vertx;
  }

  /** Half of the processors are left to the database's threads: see docs/decisions/0020. */
  private static int eventLoops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  private WebServer serve(Vertx vertx) {
    Metrics metrics = opened(new Metrics(live.manager()::statistics, features.admins));
    metrics.watch(database);
    doorbell.watch(health, metrics);
    metrics.watch(refusals);
    Router router = Router.router(vertx);
    metrics.time(router);
    WebServer.prepare(router, clock, origins::secure);
    health.add(router);
    serveMetrics(vertx, router, metrics);
    api(router);
    new PageFiles(basePath()).add(router);
    var listen = config.listen();
    var intake = new WebServer.Intake(router, basePath(), SocketRoute::isPath, refusals);
    HostTrust.warn(config);
    return opened(WebServer.start(vertx, listen.host(), listen.port(), intake));
  }

  private String basePath() {
    return config.reach().publicUrl().map(PublicUrl::path).orElse("");
  }

  private void serveMetrics(Vertx vertx, Router router, Metrics metrics) {
    Optional<Integer> own = config.listen().metricsPort();
    if (own.isEmpty()) {
      metrics.add(router);
      return;
    }
    Router apart = Router.router(vertx);
    WebServer.prepare(apart, clock, _ -> false);
    metrics.add(apart);
    var intake = new WebServer.Intake(apart, "", _ -> false, refusals);
    var metricsServer = opened(WebServer.start(vertx, config.listen().host(), own.get(), intake));
    log.info("Metrics are on port {}", metricsServer.port());
  }

  private void api(Router router) {
    var gate = new SessionGate(database, features.sessions, features.tickets);
    Cookies cookies = Cookies.of(config.reach().cookieName(), config.reach().publicUrl());
    Rates rates = config.connections().rateLimits() ? Rates.limited(clock) : Rates.unlimited();
    new SocketRoute(live, gate, origins, cookies, rates).add(router);
    var api = new Api(router, database, gate, origins, cookies, rates);
    accounts(api);
    CreatorRoutes.add(api, features.profile, features.creators, features.access);
    PictureRoutes.add(api, features.pictures, opened(new PictureReader()));
    QuotaRoutes.addQuota(api, features.quotas);
    FollowRoutes.add(api, features.asked, features.following);
    RequestRoutes.add(api, features.requests, features.lists);
    CannedRoutes.add(api, features.canned);
    ReceiptRoutes.add(api, features.receipts);
    QuotaRoutes.addTiers(api, features.tiers, housekeeping());
    QuotaRoutes.addSupporters(api, features.supporters);
    InvitationRoutes.add(api, features.invitations, clock);
    TeamRoutes.add(api, features.team, features.admins);
    ActivityRoutes.add(
        api,
        features.activity,
        (tx, creator, user) ->
            features.access.requireAdmin(tx, features.creators.get(tx, creator), user));
    NotificationRoutes.add(api, features.notifications, features.requests::about);
    books(api);
  }

  private void books(Api api) {
    var address = config.catalogue();
    var proxies = new EnvironmentProxies(System.getenv());
    var library =
        address.map(catalogue -> opened(new OpenLibrary(catalogue, CATALOGUE_PATIENCE, proxies)));
    var shown = new ShownCovers(clock);
    BookRoutes.add(
        api,
        new BookSearch(library, address, shown, clock),
        new Covers(library, shown, this::isAskedFor, clock));
  }

  private CompletionStage<Boolean> isAskedFor(int cover) {
    return database.read(tx -> features.asked.hasCover(tx, cover));
  }

  private void accounts(Api api) {
    Passwords passwords = opened(new Passwords());
    var signIn =
        new SignIn(database, features.accounts, features.sessions, passwords, features.loginLimit);
    AccountRoutes.addSessions(api, signIn, features.sessions, features.tickets);
    AccountRoutes.addMe(
        api, features.accounts, features.creators, features.access, features.quotas);
    var signUps = new SignUps(database, features.accounts, signIn);
    new SetupRoutes(database, features.accounts, features.creators, passwords, signUps).add(api);
    new JoinRoutes(database, features.accounts, passwords, signUps, features.invitations).add(api);
  }

  private TierAnnouncer housekeeping() {
    var announcer = new TierAnnouncer(database, features.creators, features.inbox);
    var retention =
        new Retention(features.inbox, features.receipts, features.sessions, config.inbox().kept());
    opened(new Housekeeping(database, features, announcer, retention, live::openSessions)).start();
    return announcer;
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  /** Turns new requests away, says goodbye to every connection, finishes what is under way. */
  @Override
  public void close() {
    health.closing();
    live.close(); // before the server, which would cut its connections without a word
    closeAll();
  }

  private void closeAll() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        log.warn("A part of the server did not close in order", e);
      }
    }
  }

  /** What was committed goes to those who are connected; at the very start nobody is. */
  private final class ToConnections implements Features.Outlet {
    @Override
    public void deliver(List<Delivery> change) {
      live.deliver(change);
    }

    @Override
    public void broadcast(Message message, Set<UserId> users) {
      live.broadcast(message, users);
    }

    @Override
    public void sessionEnded(UserId user, String session) {
      live.sessionEnded(user, session);
    }
  }
}
