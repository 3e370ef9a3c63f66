package io.bookbell.server.live;

import java.util.Locale;

/** What the user of a connection is: an admin of some creator, else a supporter, else neither. */
public enum ConnectionRole {
  ADMIN,
  SUPPORTER,
  NONE;

  /** The form in metadata and metrics. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
