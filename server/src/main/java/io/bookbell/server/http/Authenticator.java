package io.bookbell.server.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Looks up the session of a token. Any thread may call it. */
public interface Authenticator {
  /**
   * The owner of a session.
   *
   * @param renewed the lifetime of a renewed session cookie; empty if it was renewed less than a
   *     day ago
   */
  record AuthenticatedCaller(Caller caller, Optional<Duration> renewed) {}

  /** Fails with a {@link Problem} 401 if the session is unknown, ended or expired. */
  CompletionStage<AuthenticatedCaller> authenticate(String token);

  /** Whether the token belonged to a session that ended a short while ago. */
  CompletionStage<Boolean> hasEnded(String token);
}
