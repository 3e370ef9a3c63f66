package io.bookbell.server.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Lets pages of the allowed origins use the whole API, with cookies (CORS). Requests of other
 * origins get no such headers, so browsers keep the responses from their pages. Runs on event
 * loops; stateless.
 *
 * <p>The handler of Vert.x refuses every origin that isn't listed, but the server's own may not be
 * known before a request names it.
 */
public final class CrossOriginHandler implements Handler<RoutingContext> {
  private static final String PATHS = "/api/";
  private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
  private static final String REQUEST_HEADERS =
      "Authorization, Bookbell-Expected-Status, Bookbell-User, Content-Type, Idempotency-Key,"
          + " If-None-Match, Last-Event-ID";
  private static final String RESPONSE_HEADERS =
      "Bookbell, Content-Disposition, Date, ETag, Location, Retry-After";

  /** How long browsers remember the answer to a preflight request. */
  private static final String SECONDS_KEPT = "600";

  private final OriginPolicy originPolicy;

  private CrossOriginHandler(OriginPolicy originPolicy) {
    this.originPolicy = originPolicy;
  }

  /** Adds the handler in front of all routes that are added later. */
  public static void install(Router router, OriginPolicy originPolicy) {
    router.route().handler(new CrossOriginHandler(originPolicy));
  }

  @Override
  public void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    if (!originPolicy.hasOtherOrigins() || !context.normalizedPath().startsWith(PATHS)) {
      context.next();
      return;
    }
    HttpServerResponse response = context.response().putHeader("Vary", "Origin");
    context.addHeadersEndHandler(_ -> restoreVary(response));
    if (!originPolicy.isOther(request)) {
      context.next();
      return;
    }
    response
        .putHeader("Access-Control-Allow-Origin", request.getHeader("Origin"))
        .putHeader("Access-Control-Allow-Credentials", "true");
    if (isPreflight(request)) {
      response
          .putHeader("Access-Control-Allow-Methods", METHODS)
          .putHeader("Access-Control-Allow-Headers", REQUEST_HEADERS)
          .putHeader("Access-Control-Max-Age", SECONDS_KEPT)
          .setStatusCode(204)
          .end();
    } else {
      response.putHeader("Access-Control-Expose-Headers", RESPONSE_HEADERS);
      context.next();
    }
  }

  /** A route may have set what else its response varies by. */
  private static void restoreVary(HttpServerResponse response) {
    if (!response.headers().contains("Vary", "Origin", true)) {
      response.headers().add("Vary", "Origin");
    }
  }

  private static boolean isPreflight(HttpServerRequest request) {
    return request.method().equals(HttpMethod.OPTIONS)
        && request.headers().contains("Access-Control-Request-Method");
  }
}
