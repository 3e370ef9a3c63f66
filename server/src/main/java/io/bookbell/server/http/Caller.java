package io.bookbell.server.http;

import io.bookbell.hub.UserId;
import java.time.Duration;
import java.util.Optional;

/**
 * The authenticated sender of a request.
 *
 * @param session the hash of the token that was sent: a session's, or a key
 * @param operator whether the user runs this installation
 * @param key what the key grants, if a program sent one instead of a session's token
 */
public record Caller(UserId user, String session, boolean operator, Optional<KeyGrant> key) {
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

  /** Whether the caller is a session, or a key with this scope. */
  public boolean hasScope(KeyScope scope) {
    return key.isEmpty() || key.get().scopes().contains(scope);
  }
}
