package io.bookbell.server.config;

import java.util.Set;

/** The paths that the server itself uses, and that can't be a base path. */
final class OwnPaths {
  /** What comes after the first slash. */
  static final Set<String> FIRST_SEGMENTS =
      Set.of(
          "account",
          "activity",
          "alert",
          "answer",
          "api",
          "api-docs",
          "app",
          "book",
          "client",
          "creator",
          "creators",
          "follow",
          "fonts",
          "health",
          "icons",
          "invitation",
          "join",
          "key",
          "membership",
          "metrics",
          "news",
          "notification",
          "operator",
          "passkey",
          "patreon",
          "quota",
          "request",
          "requests",
          "setup",
          "style",
          "supporter",
          "team",
          "team-inbox",
          "ui",
          "webhook",
          "webjars",
          "words");

  private OwnPaths() {}
}
