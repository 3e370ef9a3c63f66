package io.bookbell.server.inbox;

import java.util.Locale;

/** The types of numbered messages, in the order in which the messages of one change are sent. */
public enum MessageType {
  ACCESS_CHANGED,
  BOOK_REQUEST_UPDATE,
  QUOTA_UPDATE,
  PENDING_COUNT_UPDATE,
  NOTIFICATION,
  /** Messages of other applications, which have types of their own. */
  APPLICATION;

  /** The value of the message's {@code type} field, except for {@link #APPLICATION}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
