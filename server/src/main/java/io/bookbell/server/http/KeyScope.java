package io.bookbell.server.http;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a key may be used for. Its user's roles limit it further, as they limit the user. */
public enum KeyScope {
  /** Reading what the user may see, and receiving it over the WebSocket. */
  READ,
  /** What people do with book requests: making, answering and following them. */
  WRITE,
  /** Managing people, tiers, invitations and the profile of a creator. */
  ADMIN,
  /** Sending messages of other applications; for operators only. */
  PUBLISH;

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static KeyScope of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
