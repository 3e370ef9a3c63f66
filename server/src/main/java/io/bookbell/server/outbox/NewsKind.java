package io.bookbell.server.outbox;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How news is sent. */
public enum NewsKind {
  MAIL,
  WEB_PUSH,
  DISCORD,
  NTFY,
  TELEGRAM,
  WEBHOOK;

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static NewsKind of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
