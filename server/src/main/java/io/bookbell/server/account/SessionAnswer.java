package io.bookbell.server.account;

import io.bookbell.server.account.SignIn.Opened;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Credentials;

/** The answer that hands out a session, as a token and as a cookie. */
public final class SessionAnswer {
  private SessionAnswer() {}

  static Answer withoutCookie(Answer answer, boolean secure) {
    return cookie(answer, "", 0, secure);
  }

  /**
   * {@code {"user", "token"}}, and the cookie.
   *
   * @param secure whether the browser may send the cookie over TLS only
   */
  public static Answer of(Opened opened, boolean secure) {
    var answer = Answer.ok(new SignedIn(opened.account(), opened.token()));
    return cookie(answer, opened.token(), Sessions.LIFE.toSeconds(), secure);
  }

  private static Answer cookie(Answer answer, String value, long seconds, boolean secure) {
    String cookie =
        "%s=%s; Path=/; Max-Age=%s; HttpOnly; SameSite=Lax%s"
            .formatted(Credentials.COOKIE, value, seconds, secure ? "; Secure" : "");
    return answer.with("Set-Cookie", cookie);
  }

  private record SignedIn(Account user, String token) {}
}
