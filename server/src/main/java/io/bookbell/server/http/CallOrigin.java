package io.bookbell.server.http;

import static java.util.Objects.requireNonNull;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * What is called, and from where.
 *
 * @param route method and path template, such as {@code GET /api/tiers/:id}; a HEAD counts as a GET
 * @param rateLimit the limit against which the route is counted
 * @param network the client's address; for IPv6, its /64
 */
public record CallOrigin(String route, RateLimit rateLimit, String network) {
  static CallOrigin of(RoutingContext context, OriginPolicy originPolicy) {
    return new CallOrigin(
        methodOf(context) + " " + ApiRouter.routeOf(context),
        requireNonNull(context.currentRoute()).getMetadata(ApiRouter.RATE),
        originPolicy.clientAddress(context.request()).networkKey());
  }

  private static HttpMethod methodOf(RoutingContext context) {
    HttpMethod method = context.request().method();
    return method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method;
  }
}
