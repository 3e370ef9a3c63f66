package io.bookbell.server.outbox;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What people and webhooks can be told of. */
public enum NewsEvent {
  REQUEST_CREATED,
  REQUEST_ANSWERED,
  REPLY_ADDED,
  REQUEST_WITHDRAWN,
  QUOTA_RESET,
  NOTICE,
  FOLLOWED_ANSWERED;

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static NewsEvent of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
