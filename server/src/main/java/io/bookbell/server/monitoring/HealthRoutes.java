package io.bookbell.server.monitoring;

import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.StorageException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health endpoints: {@code /health/live} reports that the process runs, {@code /health/ready}
 * whether it should receive requests. Thread-safe.
 */
public final class HealthRoutes {
  private static final Logger log = LoggerFactory.getLogger(HealthRoutes.class);
  private static final long TIMEOUT_SECONDS = 2;
  private static final String UP = "up";
  private static final String DOWN = "down";

  private final Database database;
  private volatile Optional<BooleanSupplier> redis = Optional.empty();
  private volatile boolean closing;

  public HealthRoutes(Database database) {
    this.database = database;
  }

  public void addRoutes(Router router) {
    createRoute(router, "/health/live")
        .handler(context -> sendJson(context, 200, Map.of("status", UP)));
    createRoute(router, "/health/ready").handler(this::handleReady);
  }

  private static Route createRoute(Router router, String path) {
    return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
  }

  /**
   * Adds Redis to the readiness report. Without Redis the node is degraded but ready, because it
   * finds changes by polling the database.
   */
  public void addRedisCheck(BooleanSupplier answers) {
    redis = Optional.of(answers);
  }

  /** Reports not ready from now on, so that no new requests arrive while running ones finish. */
  public void markClosing() {
    closing = true;
  }

  private void handleReady(RoutingContext context) {
    if (closing) {
      sendJson(context, 503, new ReadinessResponse(DOWN, Map.of("server", "going down")));
      return;
    }
    var look = database.checkHealth().orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    Future.fromCompletionStage(look, Vertx.currentContext())
        .onSuccess(_ -> sendJson(context, 200, currentStatus()))
        .onFailure(
            failure -> {
              log.debug("Not ready", failure);
              sendJson(
                  context,
                  503,
                  new ReadinessResponse(DOWN, Map.of("database", failureState(failure))));
            });
  }

  /** The database's state in one word, for dashboards. */
  private static String failureState(Throwable failure) {
    return CompletionFailures.unwrapCause(failure) instanceof StorageException trouble
        ? switch (trouble.trouble()) {
          case FULL -> "full";
          case READ_ONLY -> "read_only";
          case FAILING -> "failing";
          case OUT_OF_MEMORY -> "out_of_memory";
          case UNREACHABLE, BUSY -> DOWN;
        }
        : DOWN;
  }

  private ReadinessResponse currentStatus() {
    if (redis.isEmpty()) {
      return new ReadinessResponse(UP, Map.of("database", UP));
    }
    boolean answers = redis.get().getAsBoolean();
    var checks = new TreeMap<>(Map.of("database", UP, "redis", answers ? UP : DOWN));
    return new ReadinessResponse(answers ? UP : "degraded", checks);
  }

  private static void sendJson(RoutingContext context, int status, Object body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store")
        .end(Buffer.buffer(Json.writeAsBytes(body)));
  }

  private record ReadinessResponse(String status, Map<String, String> checks) {}
}
