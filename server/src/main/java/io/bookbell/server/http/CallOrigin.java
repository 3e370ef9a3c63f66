package io.bookbell.server.http;

import static java.util.Objects.requireNonNull;

import io.vertx.ext.web.RoutingContext;

/**
 * What is called, and from where.
 *
 * @param route method and path template, such as {@code GET /api/tiers/:id}
 * @param rateLimit the limit against which the route is counted
 * @param network the client's address; for IPv6, its /64
 */
public record CallOrigin(String route, RateLimit rateLimit, String network) {
  static CallOrigin of(RoutingContext context, OriginPolicy originPolicy) {
    return new CallOrigin(
        context.request().method() + " " + ApiRouter.routeOf(context),
        requireNonNull(context.currentRoute()).getMetadata(ApiRouter.RATE),
        originPolicy.clientAddress(context.request()).networkKey());
  }
}
