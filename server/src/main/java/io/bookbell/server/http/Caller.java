package io.bookbell.server.http;

import io.bookbell.hub.UserId;
import java.time.Duration;
import java.util.Optional;

/**
 * The authenticated sender of a request.
 *
 * @param session the hash of the token that was sent: a session's, or a key; for an external
 *     sign-in, a value that all of the user's external sign-ins have in common
 * @param operator whether the user runs this installation
 * @param key what the key grants, if a program sent one instead of a session's token
 * @param external how somebody else has signed the user in, if there is no session here
 */
public record Caller(
    UserId user,
    String session,
    boolean operator,
    Optional<KeyGrant> key,
    Optional<ExternalSignIn> external) {
  /**
   * A sign-in by a proxy, or by the site that people come from.
   *
   * @param timeLeft how long its token was still valid when it was checked; empty for a proxy's
   */
  public record ExternalSignIn(Optional<Duration> timeLeft) {}

  /** Creates the caller of a session or with a key. */
  public Caller(UserId user, String session, boolean operator, Optional<KeyGrant> key) {
    this(user, session, operator, key, Optional.empty());
  }

  /** Creates the caller of a session. */
  public Caller(UserId user, String session, boolean operator) {
    this(user, session, operator, Optional.empty());
  }

  /** The same caller some time later, which is time that the key has lost. */
  Caller afterMore(Duration time) {
    return key.isEmpty()
        ? this
        : new Caller(user, session, operator, key.map(grant -> grant.afterMore(time)));
  }

  /**
   * How long the caller's key or token was still valid when it was looked up; empty if it doesn't
   * expire, or if it is a session, whose end is announced.
   */
  public Optional<Duration> timeLeft() {
    return key.flatMap(KeyGrant::timeLeft).or(() -> external.flatMap(ExternalSignIn::timeLeft));
  }

  /**
   * Refuses what needs a session of our own.
   *
   * @throws Problem 403 if somebody else has signed the user in
   */
  public void requireOwnSession() {
    if (external.isPresent()) {
      throw Problem.of(
          403,
          "external_sign_in",
          "Not allowed",
          "You are signed in by another site or a proxy. Sign in here with your password to do"
              + " this.");
    }
  }

  /** Whether the caller is a session, or a key with this scope. */
  public boolean hasScope(KeyScope scope) {
    return key.isEmpty() || key.get().scopes().contains(scope);
  }
}
