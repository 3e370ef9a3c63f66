package io.bookbell.server.news;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/** How often news is sent together. */
public enum Digest {
  /** Each at once. */
  OFF,
  /** Every morning. */
  DAILY,
  /** Every Monday morning. */
  WEEKLY;

  private static final LocalTime MORNING = LocalTime.of(8, 0);

  /** The form in the database and in the API. */
  @JsonValue
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Digest of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  /** Returns when something that happened at a time is sent. */
  Instant timeOf(Instant happened, ZoneId timeZone) {
    var local = happened.atZone(timeZone);
    var today = local.toLocalDate().atTime(MORNING).atZone(timeZone);
    return switch (this) {
      case OFF -> happened;
      case DAILY -> (today.isAfter(local) ? today : today.plusDays(1)).toInstant();
      case WEEKLY -> {
        var monday = today.with(TemporalAdjusters.nextOrSame(DayOfWeek.MONDAY));
        yield (monday.isAfter(local) ? monday : monday.plusWeeks(1)).toInstant();
      }
    };
  }
}
