package io.bookbell.server.creator;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a team member may do. Each role includes those before it. */
public enum TeamRole {
  /** Answer requests and reply to them. */
  ANSWER,
  /** Manage supporters, tiers and invitations of supporters. */
  PEOPLE,
  /** Change the creator's profile, too. */
  EVERYTHING;

  /** The forms of all roles in the database and in the API. */
  public static final List<String> WIRE_NAMES =
      Arrays.stream(values()).map(TeamRole::wireName).toList();

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static TeamRole of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  public boolean includes(TeamRole other) {
    return compareTo(other) >= 0;
  }
}
