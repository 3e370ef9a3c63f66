package io.bookbell.server.transfer;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row of the replaced system, with its values as texts: SQLite's columns hold anything, and no
 * value may stop an import.
 */
record LegacyRow(LegacyQuery query, List<@Nullable String> values) {
  private static final long LARGEST_SECOND = 100_000_000_000L;

  /** Leaves room for what is added to the highest id, below what a page can count exactly. */
  static final long HIGHEST_ID = (1L << 53) - (1L << 32);

  private static final int FIRST_YEAR = 1970;
  private static final int LAST_YEAR = 9999;

  /** As PostgreSQL, SQLite, Python and ISO 8601 write times, with or without a zone. */
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendPattern("['T'][ ]")
          .appendPattern("HH:mm[:ss]")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .optionalEnd()
          .optionalEnd()
          .appendPattern("[ ]")
          .optionalStart()
          .parseLenient()
          .appendOffset("+HH", "Z")
          .optionalEnd()
          .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
          .toFormatter(Locale.ROOT);

  /** A time, and whether it said its zone. */
  record LegacyTime(Instant instant, boolean zoned) {}

  Optional<String> text(String column) {
    return Optional.ofNullable(values.get(query.columns().indexOf(column)));
  }

  /** An id, which is a whole number above 0 and not immense. */
  Optional<Long> id(String column) {
    return wholeNumber(column).filter(id -> id > 0 && id <= HIGHEST_ID);
  }

  /** A whole number, also one written as 3.0. */
  Optional<Long> wholeNumber(String column) {
    return parseWholeNumber(text(column).orElse(null));
  }

  static Optional<Long> parseWholeNumber(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(new BigDecimal(text.strip()).longValueExact());
    } catch (ArithmeticException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** A truth value as any database or program writes it. */
  boolean flag(String column) {
    return text(column)
        .map(text -> text.strip().toLowerCase(Locale.ROOT))
        .map(text -> text.equals("t") || text.equals("true") || text.equals("1"))
        .orElse(false);
  }

  Optional<LegacyTime> time(String column) {
    return text(column).map(String::strip).flatMap(LegacyRow::parseTime);
  }

  private static Optional<LegacyTime> parseTime(String text) {
    try {
      return Optional.of(text.chars().allMatch(Character::isDigit) ? ofNumber(text) : ofText(text))
          .filter(LegacyRow::isPlausible);
    } catch (DateTimeException | NumberFormatException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  /** Seconds or milliseconds since 1970. */
  private static LegacyTime ofNumber(String text) {
    long number = Long.parseLong(text);
    return new LegacyTime(
        number < LARGEST_SECOND ? Instant.ofEpochSecond(number) : Instant.ofEpochMilli(number),
        true);
  }

  private static LegacyTime ofText(String text) {
    TemporalAccessor read = TIME.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
    Instant instant =
        read instanceof OffsetDateTime zoned
            ? zoned.toInstant()
            : LocalDateTime.from(read).toInstant(ZoneOffset.UTC);
    return new LegacyTime(instant.truncatedTo(ChronoUnit.MILLIS), read instanceof OffsetDateTime);
  }

  private static boolean isPlausible(LegacyTime time) {
    int year = time.instant.atOffset(ZoneOffset.UTC).getYear();
    return year >= FIRST_YEAR && year <= LAST_YEAR;
  }
}
