package io.bookbell.server.account;

import io.bookbell.server.account.SignIn.Opened;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Cookies;

/** The answer that hands out a session, as a token and as a cookie. */
public final class SessionAnswer {
  private SessionAnswer() {}

  static Answer withoutCookie(Answer answer, boolean secure) {
    return answer.withCookie(Cookies.endedSession(secure));
  }

  /**
   * {@code {"user", "token"}}, and the cookies of the session and of the device.
   *
   * @param secure whether the browser may send the cookies over TLS only
   */
  public static Answer of(Opened opened, boolean secure) {
    return Answer.ok(new SignedIn(opened.account(), opened.token()))
        .withCookie(Cookies.session(opened.token(), Sessions.LIFE, secure))
        .withCookie(Cookies.device(opened.device(), secure));
  }

  private record SignedIn(Account user, String token) {}
}
