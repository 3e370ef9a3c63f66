package io.bookbell.server.monitoring;

import io.bookbell.hub.HubStatistics;
import io.bookbell.hub.redis.RedisBackplane;
import io.bookbell.hub.redis.RedisState;
import io.bookbell.hub.redis.RedisStatistics;
import io.bookbell.server.legacy.LegacyChannel;
import io.bookbell.server.storage.Database;
import io.bookbell.server.team.AdminCache;
import io.bookbell.server.web.ApiRouter;
import io.bookbell.server.web.RefusalCounters;
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
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What is measured, in the form of Prometheus at {@code /metrics}. Thread-safe. */
public final class ServerMetrics implements AutoCloseable {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";
  private static final String FRONT_PAGE = "page";
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

  /** Taken once for each answer: asking the hub goes through all its connections. */
  private volatile HubStatistics sample;

  public ServerMetrics(Supplier<HubStatistics> hub, AdminCache adminCache) {
    this.hub = hub;
    this.sample = hub.get();
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    hub();
    counter("bookbell.admin.cache.hits", adminCache, of -> of.stats().hits());
    counter("bookbell.admin.cache.misses", adminCache, of -> of.stats().misses());
  }

  private void hub() {
    gauge("bookbell.connections", HubStatistics::connections);
    gauge("bookbell.connected.users", HubStatistics::users);
    gauge("bookbell.pending.bytes", HubStatistics::pendingBytes);
    hubCounter("bookbell.connections.opened", HubStatistics::opened);
    hubCounter("bookbell.connections.closed", HubStatistics::closed);
    hubCounter("bookbell.messages.delivered", HubStatistics::delivered);
    hubCounter("bookbell.messages.replayed", HubStatistics::replayed);
    hubCounter("bookbell.messages.repeated", HubStatistics::repeated);
    hubCounter("bookbell.gaps", HubStatistics::gaps);
    hubCounter("bookbell.announcements.empty", HubStatistics::emptyAnnouncements);
    hubCounter("bookbell.closes.slow", HubStatistics::slowCloses);
    hubCounter("bookbell.drops.silent", HubStatistics::silentDrops);
    hubCounter("bookbell.protocol.errors", HubStatistics::protocolErrors);
    hubCounter("bookbell.history.failures", HubStatistics::failedReads);
  }

  /** Counts too what is refused before a route sees it. */
  public void watch(RefusalCounters refusalCounters) {
    for (RefusalCounters.RefusalReason refusalReason : RefusalCounters.RefusalReason.values()) {
      FunctionCounter.builder(
              "bookbell.requests.refused", refusalCounters, of -> of.of(refusalReason))
          .tag("reason", refusalReason.label())
          .register(registry);
    }
  }

  /** Measures too whether the database can be written. */
  public void watch(Database database) {
    gauge("bookbell.database.writable", database, of -> of.isWritable() ? 1 : 0);
    if (database.logSize().isPresent()) {
      gauge("bookbell.sqlite.wal.bytes", database, of -> of.logSize().orElse(0));
    }
  }

  /** Measures too what goes through Redis. */
  public void watchRedis(RedisBackplane redis) {
    gauge("bookbell.redis.connected", redis, of -> of.state() == RedisState.CONNECTED ? 1 : 0);
    gauge("bookbell.redis.peers", redis, of -> of.statistics().peers());
    gauge("bookbell.redis.peers.known", redis, of -> of.statistics().peersKnown());
    redisCounter("bookbell.redis.published", redis, RedisStatistics::published);
    redisCounter("bookbell.redis.published.bytes", redis, RedisStatistics::publishedBytes);
    redisCounter("bookbell.redis.received", redis, RedisStatistics::received);
    redisCounter("bookbell.redis.received.bytes", redis, RedisStatistics::receivedBytes);
    redisCounter("bookbell.redis.refused", redis, RedisStatistics::refused);
    redisCounter("bookbell.redis.foreign", redis, RedisStatistics::foreign);
    redisCounter("bookbell.redis.malformed", redis, RedisStatistics::malformed);
    redisCounter("bookbell.redis.renewals", redis, RedisStatistics::renewals);
    redisCounter("bookbell.redis.state.changes", redis, RedisStatistics::stateChanges);
  }

  /** Measures too what is exchanged with the replaced system. */
  public void watchLegacy(LegacyChannel legacy) {
    gauge("bookbell.legacy.connected", legacy, of -> of.statistics().connected() ? 1 : 0);
    counter("bookbell.legacy.published", legacy, of -> of.statistics().published());
    counter("bookbell.legacy.refused", legacy, of -> of.statistics().refused());
    counter("bookbell.legacy.received", legacy, of -> of.statistics().received());
    counter("bookbell.legacy.malformed", legacy, of -> of.statistics().malformed());
  }

  private void redisCounter(
      String name, RedisBackplane redis, ToDoubleFunction<RedisStatistics> value) {
    counter(name, redis, of -> value.applyAsDouble(of.statistics()));
  }

  private void gauge(String name, ToDoubleFunction<HubStatistics> value) {
    gauge(name, this, serverMetrics -> value.applyAsDouble(serverMetrics.sample));
  }

  private void hubCounter(String name, ToDoubleFunction<HubStatistics> value) {
    counter(name, this, serverMetrics -> value.applyAsDouble(serverMetrics.sample));
  }

  private <T> void gauge(String name, T source, ToDoubleFunction<T> value) {
    Gauge.builder(name, source, value).register(registry);
  }

  private <T> void counter(String name, T source, ToDoubleFunction<T> value) {
    FunctionCounter.builder(name, source, value).register(registry);
  }

  /** Times every request of a router; to be added before its routes. */
  public void time(Router router) {
    router
        .route()
        .handler(
            context -> {
              var begun = Timer.start(registry);
              context.addEndHandler(_ -> begun.stop(timer(context)));
              context.next();
            });
  }

  private Timer timer(RoutingContext context) {
    return Timer.builder("http.server.requests")
        .tag("method", method(context.request().method()))
        .tag("route", route(context))
        .tag("status", status(context.response()))
        .publishPercentiles(0.5, 0.99)
        .register(registry);
  }

  /** Clients can think of any number of methods, and each would be a series for good. */
  private static String method(HttpMethod method) {
    return METHODS.contains(method) ? method.name() : "other";
  }

  private static String status(HttpServerResponse response) {
    return response.ended() ? Integer.toString(response.getStatusCode()) : "aborted";
  }

  /** The route's own path, never the request's: an address must not make a series of its own. */
  private static String route(RoutingContext context) {
    String taken = ApiRouter.takenBy(context);
    Route route = context.currentRoute();
    String path = taken != null || route == null ? taken : route.getPath();
    return path == null ? FRONT_PAGE : path;
  }

  public void add(Router router) {
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
