package io.bookbell.server.quota;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;

/** The kind of period for which an allowance is valid. */
public enum Period {
  /** No period: requests stay used until they are refunded. */
  NONE,
  /** A calendar month. */
  MONTH,
  /** A calendar week, from Monday. */
  WEEK,
  /** A number of days: each request counts for so long after it was made. */
  ROLLING;

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Period of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  /** Returns the key of the period that contains a moment in UTC; not for rolling days. */
  String keyAt(Instant moment) {
    return new PeriodSchedule(this, null, ZoneOffset.UTC).keyAt(moment);
  }
}
