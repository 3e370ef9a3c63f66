package io.bookbell.server.quota;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kind of period for which an allowance is valid. */
public enum Period {
  /** No period: requests stay used until they are refunded. */
  NONE,
  /** A calendar month in UTC. */
  MONTH;

  private static final String NONE_KEY = "none";

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Period of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  /** Returns the kind of period of a key returned by {@link #keyAt}. */
  static Period ofKey(String key) {
    return key.equals(NONE_KEY) ? NONE : MONTH;
  }

  /**
   * Returns the key of the period that contains a moment: {@code none}, or a month such as {@code
   * 2026-11}.
   */
  public String keyAt(Instant moment) {
    return switch (this) {
      case NONE -> NONE_KEY;
      case MONTH -> YearMonth.from(toUtcDate(moment)).toString();
    };
  }

  /** Returns the end of the period that contains a moment; null for never. */
  public @Nullable Instant nextResetAfter(Instant moment) {
    return switch (this) {
      case NONE -> null;
      case MONTH ->
          YearMonth.from(toUtcDate(moment))
              .plusMonths(1)
              .atDay(1)
              .atStartOfDay(ZoneOffset.UTC)
              .toInstant();
    };
  }

  private static LocalDate toUtcDate(Instant moment) {
    return LocalDate.ofInstant(moment, ZoneOffset.UTC);
  }
}
