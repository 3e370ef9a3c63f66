package io.bookbell.server.json;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Formats times for error messages. JSON fields contain ISO 8601 instead. */
public final class TimeText {
  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private TimeText() {}

  /** Formats a time such as {@code 1 June 2026, 00:00 UTC}. */
  public static String formatTime(Instant time) {
    return FORM.format(time);
  }
}
