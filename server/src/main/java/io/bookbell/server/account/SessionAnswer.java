package io.bookbell.server.account;

import io.bookbell.server.account.SignIn.Opened;
import io.bookbell.server.web.Answer;
import io.bookbell.server.web.Cookies;

/** The answer that hands out a session, as a token and as a cookie. */
public final class SessionAnswer {
  private SessionAnswer() {}

  static Answer withoutCookie(Answer answer, Cookies.Setter cookies) {
    return answer.withCookie(cookies.endedSession());
  }

  /** {@code {"user", "token"}}, and the cookies of the session and of the device. */
  public static Answer of(Opened opened, Cookies.Setter cookies) {
    return Answer.ok(new SignedIn(opened.account(), opened.token()))
        .withCookie(cookies.session(opened.token(), Sessions.LIFE))
        .withCookie(cookies.device(opened.device()));
  }

  private record SignedIn(Account user, String token) {}
}
