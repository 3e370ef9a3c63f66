package io.bookbell.server.web;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Says whose session a token belongs to. Any thread may call it. */
public interface Authenticator {
  /**
   * Whose session it is.
   *
   * @param renewed the life that a cookie of the session has from now on; empty where it was
   *     renewed less than a day ago
   */
  record AuthenticatedCaller(Caller caller, Optional<Duration> renewed) {}

  /** Fails with a {@link Problem} 401 when the session is unknown, ended or expired. */
  CompletionStage<AuthenticatedCaller> authenticate(String token);

  /** Whether the token was that of a session that ended a short while ago. */
  CompletionStage<Boolean> hasEnded(String token);
}
