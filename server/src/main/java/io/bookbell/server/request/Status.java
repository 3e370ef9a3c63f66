package io.bookbell.server.request;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Set;

/** The status of a book request. */
public enum Status {
  PENDING,
  APPROVED,
  REJECTED,
  COMPLETED,
  CANCELLED;

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Status of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  /** Returns the statuses from which this one may be reached. */
  Set<Status> reachableFrom() {
    return switch (this) {
      case PENDING -> Set.of();
      case APPROVED, CANCELLED -> Set.of(PENDING);
      case REJECTED -> Set.of(PENDING, APPROVED);
      case COMPLETED -> Set.of(APPROVED);
    };
  }

  /** Returns whether reaching this status refunds the request. */
  boolean refundsQuota() {
    return this == REJECTED || this == CANCELLED;
  }
}
