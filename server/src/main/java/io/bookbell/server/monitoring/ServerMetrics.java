package io.bookbell.server.monitoring;

import io.bookbell.hub.HubStatistics;
import io.bookbell.hub.TransportKind;
import io.bookbell.hub.WebSocketManager;
import io.bookbell.hub.redis.RedisBackplane;
import io.bookbell.hub.redis.RedisState;
import io.bookbell.hub.redis.RedisStatistics;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.RefusalCounters;
import io.bookbell.server.legacy.LegacyChannel;
import io.bookbell.server.live.ConnectionRole;
import io.bookbell.server.live.LiveConnections;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.OutboxItem.ItemState;
import io.bookbell.server.outbox.OutboxMonitor;
import io.bookbell.server.outbox.OutboxMonitor.OutboxState;
import io.bookbell.server.outbox.OutboxStatistics;
import io.bookbell.server.storage.Database;
import io.bookbell.server.team.AdminCache;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The server's metrics, exposed in Prometheus format at {@code /metrics}. Thread-safe. */
public final class ServerMetrics implements AutoCloseable {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final String FRONT_PAGE = "page";

  /** The limits of the histogram's buckets. */
  private static final Duration[] LATENCIES =
      IntStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private static final Set<HttpMethod> METHODS =
      Set.of(
          HttpMethod.GET,
          HttpMethod.HEAD,
          HttpMethod.POST,
          HttpMethod.PUT,
          HttpMethod.PATCH,
          HttpMethod.DELETE,
          HttpMethod.OPTIONS);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Supplier<HubStatistics> hub;

  /** Taken once per scrape, because the hub computes its statistics from all connections. */
  private volatile HubStatistics sample;

  public ServerMetrics(Supplier<HubStatistics> hub, AdminCache adminCache) {
    this.hub = hub;
    this.sample = hub.get();
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    registerHub();
    registerCounter("bookbell.admin.cache.hits", adminCache, of -> of.cacheStats().hits());
    registerCounter("bookbell.admin.cache.misses", adminCache, of -> of.cacheStats().misses());
  }

  private void registerHub() {
    registerGauge("bookbell.connections", HubStatistics::connections);
    registerGauge("bookbell.connected.users", HubStatistics::users);
    registerGauge("bookbell.pending.bytes", HubStatistics::pendingBytes);
    registerHubCounter("bookbell.connections.opened", HubStatistics::opened);
    registerHubCounter("bookbell.connections.closed", HubStatistics::closed);
    registerHubCounter("bookbell.messages.delivered", HubStatistics::delivered);
    registerHubCounter("bookbell.messages.replayed", HubStatistics::replayed);
    registerHubCounter("bookbell.messages.repeated", HubStatistics::repeated);
    registerHubCounter("bookbell.gaps", HubStatistics::gaps);
    registerHubCounter("bookbell.announcements.empty", HubStatistics::emptyAnnouncements);
    registerHubCounter("bookbell.closes.slow", HubStatistics::slowCloses);
    registerHubCounter("bookbell.drops.silent", HubStatistics::silentDrops);
    registerHubCounter("bookbell.protocol.errors", HubStatistics::protocolErrors);
    registerHubCounter("bookbell.history.failures", HubStatistics::failedReads);
    for (TransportKind kind : TransportKind.values()) {
      registerTransport(kind);
    }
  }

  private void registerTransport(TransportKind kind) {
    String transport = kind.name().toLowerCase(Locale.ROOT);
    Gauge.builder("bookbell.transport.connections", this, of -> of.sample.of(kind).connections())
        .tag("transport", transport)
        .register(registry);
    FunctionCounter.builder("bookbell.transport.opened", this, of -> of.sample.of(kind).opened())
        .tag("transport", transport)
        .register(registry);
  }

  /**
   * Measures how long each committed change takes until the last connection of this node has it.
   */
  public void measureBroadcasts(WebSocketManager manager) {
    Timer latency =
        Timer.builder("bookbell.broadcast.latency")
            .description("From the commit until the last connection of this node has the message")
            .serviceLevelObjectives(LATENCIES)
            .register(registry);
    manager.onBroadcast(nanos -> latency.record(nanos, TimeUnit.NANOSECONDS));
  }

  /** Adds the connections by the role of their users. */
  public void registerRoles(LiveConnections liveConnections) {
    for (ConnectionRole role : ConnectionRole.values()) {
      Gauge.builder("bookbell.role.connections", liveConnections, of -> of.countConnections(role))
          .tag("role", role.wireName())
          .register(registry);
    }
  }

  /** Adds the number of requests that were refused before reaching a route. */
  public void registerRefusals(RefusalCounters refusalCounters) {
    for (RefusalCounters.RefusalReason refusalReason : RefusalCounters.RefusalReason.values()) {
      FunctionCounter.builder(
              "bookbell.requests.refused", refusalCounters, of -> of.countOf(refusalReason))
          .tag("reason", refusalReason.metricLabel())
          .register(registry);
    }
  }

  /** Adds whether the database can be written, and the size of SQLite's write-ahead log. */
  public void registerDatabase(Database database) {
    registerGauge("bookbell.database.writable", database, of -> of.isWritable() ? 1 : 0);
    if (database.logSize().isPresent()) {
      registerGauge("bookbell.sqlite.wal.bytes", database, of -> of.logSize().orElse(0));
    }
  }

  /** Adds what is sent outside the page, per kind. */
  public void registerOutbox(OutboxMonitor monitor, OutboxStatistics outboxStatistics) {
    for (NewsKind kind : NewsKind.values()) {
      registerNews("queued", kind, monitor, of -> countQueued(of.state(), kind));
      registerNews("failed", kind, monitor, of -> of.state().count(kind, ItemState.FAILED));
      registerNews("broken", kind, monitor, of -> of.state().isBroken(kind) ? 1 : 0);
      FunctionCounter.builder("bookbell.news.sent", outboxStatistics, of -> of.sent(kind))
          .tag("kind", kind.wireName())
          .register(registry);
      FunctionCounter.builder(
              "bookbell.news.attempts.failed", outboxStatistics, of -> of.failedAttempts(kind))
          .tag("kind", kind.wireName())
          .register(registry);
    }
  }

  private static double countQueued(OutboxState state, NewsKind kind) {
    return state.count(kind, ItemState.NEW) + state.count(kind, ItemState.QUEUED);
  }

  private void registerNews(
      String name, NewsKind kind, OutboxMonitor monitor, ToDoubleFunction<OutboxMonitor> value) {
    Gauge.builder("bookbell.news." + name, monitor, value)
        .tag("kind", kind.wireName())
        .register(registry);
  }

  /** Adds the traffic through Redis. */
  public void registerRedis(RedisBackplane redis) {
    registerGauge(
        "bookbell.redis.connected", redis, of -> of.state() == RedisState.CONNECTED ? 1 : 0);
    registerGauge("bookbell.redis.peers", redis, of -> of.statistics().peers());
    registerGauge("bookbell.redis.peers.known", redis, of -> of.statistics().peersKnown());
    registerRedisCounter("bookbell.redis.published", redis, RedisStatistics::published);
    registerRedisCounter("bookbell.redis.published.bytes", redis, RedisStatistics::publishedBytes);
    registerRedisCounter("bookbell.redis.received", redis, RedisStatistics::received);
    registerRedisCounter("bookbell.redis.received.bytes", redis, RedisStatistics::receivedBytes);
    registerRedisCounter("bookbell.redis.refused", redis, RedisStatistics::refused);
    registerRedisCounter("bookbell.redis.foreign", redis, RedisStatistics::foreign);
    registerRedisCounter("bookbell.redis.malformed", redis, RedisStatistics::malformed);
    registerRedisCounter("bookbell.redis.renewals", redis, RedisStatistics::renewals);
    registerRedisCounter("bookbell.redis.state.changes", redis, RedisStatistics::stateChanges);
    registerRedisCounter("bookbell.redis.fallbacks", redis, RedisStatistics::fallbacks);
  }

  /** Adds the traffic with the replaced system. */
  public void registerLegacy(LegacyChannel legacy) {
    registerGauge("bookbell.legacy.connected", legacy, of -> of.statistics().connected() ? 1 : 0);
    registerCounter("bookbell.legacy.published", legacy, of -> of.statistics().published());
    registerCounter("bookbell.legacy.refused", legacy, of -> of.statistics().refused());
    registerCounter("bookbell.legacy.received", legacy, of -> of.statistics().received());
    registerCounter("bookbell.legacy.malformed", legacy, of -> of.statistics().malformed());
  }

  private void registerRedisCounter(
      String name, RedisBackplane redis, ToDoubleFunction<RedisStatistics> value) {
    registerCounter(name, redis, of -> value.applyAsDouble(of.statistics()));
  }

  private void registerGauge(String name, ToDoubleFunction<HubStatistics> value) {
    registerGauge(name, this, serverMetrics -> value.applyAsDouble(serverMetrics.sample));
  }

  private void registerHubCounter(String name, ToDoubleFunction<HubStatistics> value) {
    registerCounter(name, this, serverMetrics -> value.applyAsDouble(serverMetrics.sample));
  }

  private <T> void registerGauge(String name, T source, ToDoubleFunction<T> value) {
    Gauge.builder(name, source, value).register(registry);
  }

  private <T> void registerCounter(String name, T source, ToDoubleFunction<T> value) {
    FunctionCounter.builder(name, source, value).register(registry);
  }

  /** Times all requests of a router. Call it before adding the router's routes. */
  public void timeRequests(Router router) {
    router
        .route()
        .handler(
            context -> {
              var begun = Timer.start(registry);
              context.addEndHandler(_ -> begun.stop(requestTimer(context)));
              context.next();
            });
  }

  private Timer requestTimer(RoutingContext context) {
    return Timer.builder("http.server.requests")
        .tag("method", methodTag(context.request().method()))
        .tag("route", routeTag(context))
        .tag("status", statusTag(context.response()))
        .publishPercentiles(0.5, 0.99)
        .register(registry);
  }

  /**
   * Groups unknown methods, because each one that a client invents would become a permanent time
   * series.
   */
  private static String methodTag(HttpMethod method) {
    return METHODS.contains(method) ? method.name() : "other";
  }

  private static String statusTag(HttpServerResponse response) {
    return response.ended() ? Integer.toString(response.getStatusCode()) : "aborted";
  }

  /** The route's pattern, never the request's path, which would create a time series per URL. */
  private static String routeTag(RoutingContext context) {
    String taken = ApiRouter.routeOf(context);
    Route route = context.currentRoute();
    String path = taken != null || route == null ? taken : route.getPath();
    return path == null ? FRONT_PAGE : path;
  }

  public void addRoute(Router router) {
    router
        .get("/metrics")
        .handler(
            context -> {
              sample = hub.get();
              context
                  .response()
                  .putHeader("Content-Type", TYPE)
                  .putHeader("Cache-Control", "no-store")
                  .end(registry.scrape());
            });
  }

  @Override
  public void close() {
    registry.close();
  }
}
