package io.bookbell.server.account;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.bookbell.hub.UserId;

/**
 * A user account, in the form that clients see.
 *
 * @param email in lower case
 */
public record Account(
    UserId id, String email, String displayName, @JsonIgnore String passwordHash) {
  /** Whether it can be signed in to with a password. */
  boolean hasPassword() {
    return !passwordHash.isEmpty();
  }
}
