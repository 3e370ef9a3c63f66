package io.bookbell.server.account;

import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.ServerCookies;
import java.util.List;

/** {@code /api/sessions}. */
public final class OwnSessionRoutes {
  private OwnSessionRoutes() {}

  public static void addRoutes(ApiRouter apiRouter, OwnSessionService ownSessionService) {
    apiRouter.get(
        "/api/sessions",
        OwnSessionRoutes::requireNoQuery,
        (tx, caller, _) -> ApiResponse.ok(new SessionList(ownSessionService.list(tx, caller))));
    apiRouter.deleteFromReserve(
        "/api/sessions/:id",
        apiRequest -> new SessionChoice(apiRequest.pathId("id"), apiRequest.cookieSetter()),
        (tx, caller, chosen) ->
            ownSessionService.endSession(tx, caller, chosen.id)
                ? SessionResponses.clearSessionCookie(ApiResponse.noContent(), chosen.cookies)
                : ApiResponse.noContent());
    apiRouter.deleteFromReserve(
        "/api/sessions",
        OwnSessionRoutes::requireNoQuery,
        (tx, caller, _) -> {
          ownSessionService.endOthers(tx, caller);
          return ApiResponse.noContent();
        });
  }

  private static ApiRequest requireNoQuery(ApiRequest apiRequest) {
    apiRequest.queryParameters().requireNoErrors();
    return apiRequest;
  }

  private record SessionChoice(long id, ServerCookies.CookieSetter cookies) {}

  private record SessionList(List<OwnSessionService.OwnSession> items) {}
}
