package io.bookbell.server.request;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Set;

/** Where a book request stands. */
public enum Status {
  PENDING,
  APPROVED,
  REJECTED,
  COMPLETED,
  CANCELLED;

  /** The stored and sent form. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Status of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  /** From where this status may be reached. */
  Set<Status> reachableFrom() {
    return switch (this) {
      case PENDING -> Set.of();
      case APPROVED, CANCELLED -> Set.of(PENDING);
      case REJECTED -> Set.of(PENDING, APPROVED);
      case COMPLETED -> Set.of(APPROVED);
    };
  }

  /** Whether reaching it gives the request back to the supporter's quota. */
  boolean refundsQuota() {
    return this == REJECTED || this == CANCELLED;
  }
}
