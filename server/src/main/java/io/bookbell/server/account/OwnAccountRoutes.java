package io.bookbell.server.account;

import io.bookbell.server.account.OwnAccountService.AccountChange;
import io.bookbell.server.account.OwnAccountService.PasswordChange;
import io.bookbell.server.account.PasswordConfirmation.TypedPassword;
import io.bookbell.server.http.ApiRequest;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ApiRouter;
import io.bookbell.server.http.JsonBody;
import io.bookbell.server.http.RateLimit;
import io.bookbell.server.http.ServerCookies;
import io.vertx.core.http.HttpMethod;

/** {@code /api/auth/password}, and the body of {@code PATCH /api/me}. */
public final class OwnAccountRoutes {
  private OwnAccountRoutes() {}

  public static void addRoutes(ApiRouter apiRouter, OwnAccountService ownAccountService) {
    apiRouter.addAsync(
        HttpMethod.POST,
        "/api/auth/password",
        RateLimit.ACCOUNT,
        OwnAccountRoutes::parsePasswordChange,
        (caller, passwordChange) ->
            ownAccountService
                .changePassword(caller, passwordChange)
                .thenApply(_ -> ApiResponse.noContent()));
  }

  /** {@code DELETE /api/me}. */
  public static void addRemovalRoute(
      ApiRouter apiRouter, AccountRemovalService accountRemovalService) {
    apiRouter.addAsync(
        HttpMethod.DELETE,
        "/api/me",
        RateLimit.ACCOUNT,
        OwnAccountRoutes::parseRemoval,
        (caller, removal) ->
            accountRemovalService
                .removeAccount(caller, removal.typed)
                .thenApply(
                    _ ->
                        SessionResponses.clearSessionCookie(
                            ApiResponse.noContent(), removal.cookies)));
  }

  private static Removal parseRemoval(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var removal =
        new Removal(TypedPassword.of("password", jsonBody, apiRequest), apiRequest.cookieSetter());
    jsonBody.requireNoErrors();
    return removal;
  }

  private record Removal(TypedPassword typed, ServerCookies.CookieSetter cookies) {}

  private static PasswordChange parsePasswordChange(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var passwordChange =
        new PasswordChange(
            TypedPassword.of("current", jsonBody, apiRequest),
            jsonBody.requiredVerbatim("new", PasswordPolicy.MIN_LENGTH, PasswordPolicy.MAX_LENGTH));
    jsonBody.requireNoErrors();
    return passwordChange;
  }

  static AccountChange parseAccountChange(ApiRequest apiRequest) {
    JsonBody jsonBody = apiRequest.jsonBody();
    var accountChange =
        new AccountChange(
            jsonBody.optionalLine("display_name", 1, AccountRequestParser.MAX_NAME_LENGTH),
            jsonBody.optionalEmail("email"),
            apiRequest.header("Accept-Language"));
    jsonBody.requireNoErrors();
    return accountChange;
  }
}
