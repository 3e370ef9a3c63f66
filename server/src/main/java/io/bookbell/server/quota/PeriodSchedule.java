package io.bookbell.server.quota;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import org.jspecify.annotations.Nullable;

/**
 * When the periods of a tier begin and end, and the keys under which the ledger counts in them.
 *
 * @param days of rolling days; otherwise null
 * @param zone the creator's time zone
 */
record PeriodSchedule(Period period, @Nullable Integer days, ZoneId zone) {
  private static final String NONE_KEY = "none";
  private static final String ROLLING_KEY = "roll";
  private static final String WEEK_MARK = "W";

  /**
   * Returns the key of the period that contains a moment: {@code none}, a month such as {@code
   * 2026-11}, a week such as {@code 2026W48}, or {@code roll30} for 30 rolling days.
   */
  String keyAt(Instant moment) {
    LocalDate day = LocalDate.ofInstant(moment, zone);
    return switch (period) {
      case NONE -> NONE_KEY;
      case MONTH -> YearMonth.from(day).toString();
      case WEEK ->
          "%d%s%02d"
              .formatted(
                  day.get(IsoFields.WEEK_BASED_YEAR),
                  WEEK_MARK,
                  day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case ROLLING -> ROLLING_KEY + days;
    };
  }

  /** Returns the end of the month or week that contains a moment; null for other periods. */
  @Nullable Instant endAfter(Instant moment) {
    LocalDate day = LocalDate.ofInstant(moment, zone);
    return switch (period) {
      case NONE, ROLLING -> null;
      case MONTH -> startOf(YearMonth.from(day).plusMonths(1).atDay(1));
      case WEEK -> startOf(day.with(TemporalAdjusters.next(DayOfWeek.MONDAY)));
    };
  }

  private Instant startOf(LocalDate day) {
    return day.atStartOfDay(zone).toInstant();
  }

  /** Returns when something stops counting; null unless the days are rolling. */
  @Nullable Instant expiryOf(@Nullable Instant since) {
    return since == null || days == null ? null : since.plus(Duration.ofDays(days));
  }

  /**
   * Returns up to which moment nothing counts any more in a period; the earliest possible one
   * unless the key is that of rolling days.
   */
  static Instant cutoffOf(String key, Instant now) {
    return isRolling(key)
        ? now.minus(Duration.ofDays(Integer.parseInt(key.substring(ROLLING_KEY.length()))))
        : Instant.MIN;
  }

  static boolean isRolling(String key) {
    return key.startsWith(ROLLING_KEY);
  }

  /** Whether one of two periods follows the other, so that what was used before doesn't count. */
  static boolean areOfOneSeries(String key, String other) {
    return seriesOf(key).equals(seriesOf(other));
  }

  /**
   * Returns the current month for the key of a month, and the current week for that of a week;
   * other keys as they are.
   */
  static String currentOfSeries(String key, Instant now, ZoneId zone) {
    if (key.equals(NONE_KEY) || isRolling(key)) {
      return key;
    }
    Period period = key.contains(WEEK_MARK) ? Period.WEEK : Period.MONTH;
    return new PeriodSchedule(period, null, zone).keyAt(now);
  }

  private static String seriesOf(String key) {
    if (key.equals(NONE_KEY) || isRolling(key)) {
      return key;
    }
    return key.contains(WEEK_MARK) ? WEEK_MARK : "month";
  }
}
