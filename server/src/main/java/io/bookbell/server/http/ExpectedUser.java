package io.bookbell.server.http;

import io.vertx.core.http.HttpServerRequest;

/** The user whom a page shows. Tabs share a cookie, which may be somebody else's by now. */
public final class ExpectedUser {
  private static final String HEADER = "Bookbell-User";

  private ExpectedUser() {}

  /**
   * Checks that a request is by the user whom its page shows, if it names one.
   *
   * @throws Problem 401 if the caller is somebody else
   */
  public static void require(HttpServerRequest request, Caller caller) {
    String expected = request.getHeader(HEADER);
    if (expected != null && !expected.equals(caller.user().toString())) {
      throw Problem.of(
          401,
          "other_user",
          "Signed in as somebody else",
          "Somebody else is signed in here by now. Reload the page.");
    }
  }
}
