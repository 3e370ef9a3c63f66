package io.bookbell.server.key;

import static java.util.Map.entry;

import io.bookbell.server.http.Caller;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.http.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The scope that each route needs from a key. A route that isn't listed needs a session: so a new
 * route is closed to keys until somebody decides otherwise. The API's description says the same.
 */
public final class RouteScopes {
  private static final Map<KeyScope, List<String>> ROUTES =
      Map.of(
          KeyScope.READ,
          List.of(
              "GET /api/me",
              "GET /api/book-requests",
              "GET /api/book-requests.csv",
              "GET /api/book-requests/asked",
              "GET /api/book-requests/counts",
              "GET /api/book-requests/following",
              "GET /api/book-requests/pending-count",
              "GET /api/book-requests/quota",
              "GET /api/book-requests/ws",
              "GET /api/book-requests/:id",
              "GET /api/book-requests/:id/receipts",
              "GET /api/book-requests/:id/replies",
              "GET /api/book-requests/:id/seen",
              "GET /api/books/covers/:cover_id",
              "GET /api/books/search",
              "GET /api/canned-responses",
              "GET /api/creators/:id",
              "GET /api/creators/:id/picture",
              "GET /api/messages",
              "GET /api/messages/stream",
              "POST /api/messages/ack",
              "GET /api/tiers",
              "GET /api/supporters",
              "GET /api/supporters/:user_id",
              "GET /api/former-supporters",
              "GET /api/invitations",
              "GET /api/invitations/:id",
              "GET /api/team",
              "GET /api/activity",
              "GET /api/activity.csv",
              "GET /api/notifications"),
          KeyScope.WRITE,
          List.of(
              "POST /api/book-requests",
              "POST /api/book-requests/respond",
              "POST /api/book-requests/:id/cancel",
              "POST /api/book-requests/:id/follow",
              "DELETE /api/book-requests/:id/follow",
              "POST /api/book-requests/:id/reply",
              "POST /api/book-requests/:id/respond",
              "POST /api/canned-responses",
              "PATCH /api/canned-responses/:id",
              "DELETE /api/canned-responses/:id",
              "POST /api/notifications/read"),
          KeyScope.ADMIN,
          List.of(
              "PATCH /api/creators/:id",
              "PUT /api/creators/:id/picture",
              "DELETE /api/creators/:id/picture",
              "POST /api/tiers",
              "PATCH /api/tiers/:id",
              "DELETE /api/tiers/:id",
              "POST /api/supporters",
              "POST /api/supporters/import",
              "DELETE /api/supporters/:user_id",
              "POST /api/supporters/:user_id/block",
              "DELETE /api/supporters/:user_id/block",
              "PATCH /api/supporters/:user_id",
              "POST /api/supporters/:user_id/grant",
              "POST /api/invitations",
              "DELETE /api/invitations/:id",
              "POST /api/team/add",
              "PATCH /api/team/:user_id",
              "DELETE /api/team/:user_id",
              "GET /api/admin/cache-stats",
              "GET /api/webhooks",
              "POST /api/webhooks",
              "POST /api/webhooks/preview",
              "PATCH /api/webhooks/:id",
              "DELETE /api/webhooks/:id",
              "POST /api/webhooks/:id/test",
              "GET /api/webhooks/:id/deliveries",
              "POST /api/webhooks/:id/deliveries/:delivery_id/retry"),
          KeyScope.PUBLISH,
          List.of("POST /api/publish"));

  private static final Map<String, KeyScope> SCOPES =
      ROUTES.entrySet().stream()
          .flatMap(scope -> scope.getValue().stream().map(route -> entry(route, scope.getKey())))
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private RouteScopes() {}

  /**
   * Returns the scope that a route needs; empty if no key may call it.
   *
   * @param route method and path template, such as {@code GET /api/tiers/:id}
   */
  public static Optional<KeyScope> of(String route) {
    return Optional.ofNullable(SCOPES.get(route));
  }

  /**
   * Refuses a key that may not be used for a route.
   *
   * @throws Problem 403
   */
  static void requireScope(Caller caller, String route) {
    KeyScope needed =
        of(route)
            .orElseThrow(
                () -> refusal("No key may be used for this. It needs a person's session."));
    if (!caller.hasScope(needed)) {
      throw refusal("This needs a key with the scope “" + needed.wireName() + "”.");
    }
  }

  private static Problem refusal(String detail) {
    return Problem.of(403, "insufficient_scope", "Not allowed", detail);
  }
}
