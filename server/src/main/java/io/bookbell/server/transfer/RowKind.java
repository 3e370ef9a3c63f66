package io.bookbell.server.transfer;

import java.util.Locale;

/** What is imported. */
enum RowKind {
  ACCOUNT,
  CREATOR,
  TEAM,
  TIER,
  SUPPORTER,
  REQUEST,
  REPLY;

  String storedName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The plural in reports. */
  String plural() {
    return switch (this) {
      case TEAM -> "team members";
      case REPLY -> "replies";
      default -> storedName() + "s";
    };
  }
}
