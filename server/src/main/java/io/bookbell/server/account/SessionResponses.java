package io.bookbell.server.account;

import io.bookbell.server.account.SignInService.OpenedSession;
import io.bookbell.server.http.ApiResponse;
import io.bookbell.server.http.ServerCookies;

/** Builds the response that carries a new session, as a token and as a cookie. */
public final class SessionResponses {
  private SessionResponses() {}

  static ApiResponse clearSessionCookie(
      ApiResponse apiResponse, ServerCookies.CookieSetter cookies) {
    return apiResponse.withCookie(cookies.expiredSessionCookie());
  }

  /** Returns {@code {"user", "token"}} with the session cookie and the device cookie. */
  public static ApiResponse of(OpenedSession openedSession, ServerCookies.CookieSetter cookies) {
    return ApiResponse.ok(new SignInResponse(openedSession.account(), openedSession.token()))
        .withCookie(cookies.sessionCookie(openedSession.token(), SessionStore.LIFETIME))
        .withCookie(cookies.deviceCookie(openedSession.device()));
  }

  /** Sends a browser that has just signed in to a page, with the same cookies. */
  public static ApiResponse redirectTo(
      OpenedSession openedSession, ServerCookies.CookieSetter cookies, String address) {
    return ApiResponse.redirect(address)
        .withCookie(cookies.sessionCookie(openedSession.token(), SessionStore.LIFETIME))
        .withCookie(cookies.deviceCookie(openedSession.device()));
  }

  private record SignInResponse(Account user, String token) {}
}
