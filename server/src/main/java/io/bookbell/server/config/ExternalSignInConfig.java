package io.bookbell.server.config;

import java.util.Optional;

/** Who else may sign people in. */
public record ExternalSignInConfig(
    Optional<SiteTokenConfig> tokens, Optional<AuthHeaderConfig> header) {
  public static final ExternalSignInConfig NONE =
      new ExternalSignInConfig(Optional.empty(), Optional.empty());

  /**
   * The names of the headers in which a trusted proxy says whom it has signed in.
   *
   * @param email empty if the address is in the user's header
   */
  public record AuthHeaderConfig(String user, Optional<String> email, String displayName) {}
}
