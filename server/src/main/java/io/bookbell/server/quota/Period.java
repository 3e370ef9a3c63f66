package io.bookbell.server.quota;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How long an allowance lasts. */
public enum Period {
  /** For good: what is used stays used until it is refunded. */
  NONE,
  /** A calendar month in UTC. */
  MONTH;

  private static final String NONE_KEY = "none";

  /** The stored and sent form. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Period of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  /** The kind of period that a key of {@link #keyAt} names. */
  static Period ofKey(String key) {
    return key.equals(NONE_KEY) ? NONE : MONTH;
  }

  /** Names the period that a moment falls in: {@code none}, or a month such as {@code 2026-11}. */
  public String keyAt(Instant moment) {
    return switch (this) {
      case NONE -> NONE_KEY;
      case MONTH -> YearMonth.from(toUtcDate(moment)).toString();
    };
  }

  /** When the allowance of that moment's period starts anew; null for never. */
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
