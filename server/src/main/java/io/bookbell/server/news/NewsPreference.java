package io.bookbell.server.news;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;

/**
 * When and in which language a person is sent news.
 *
 * @param quiet the hours in which nothing is sent
 * @param language of a catalogue, such as {@code de}
 */
public record NewsPreference(
    Digest digest, Optional<QuietHours> quiet, ZoneId timeZone, String language) {
  /** Of people who have chosen nothing. */
  public static final NewsPreference DEFAULT =
      new NewsPreference(Digest.OFF, Optional.empty(), ZoneId.of("UTC"), "en");

  NewsPreference withTimeZone(ZoneId other) {
    return new NewsPreference(digest, quiet, other, language);
  }

  /** From one time of the day until another one, which may be on the next day. */
  public record QuietHours(LocalTime from, LocalTime to) {
    boolean contains(LocalTime time) {
      return from.isBefore(to)
          ? !time.isBefore(from) && time.isBefore(to)
          : !time.isBefore(from) || time.isBefore(to);
    }
  }

  /** Returns when something may be sent: now, or when the quiet hours have ended. */
  public Instant afterQuietHours(Instant now) {
    return quiet
        .map(
            hours -> {
              var local = now.atZone(timeZone);
              if (!hours.contains(local.toLocalTime())) {
                return now;
              }
              var today = endOn(local.toLocalDate(), hours);
              return today.isAfter(now) ? today : endOn(local.toLocalDate().plusDays(1), hours);
            })
        .orElse(now);
  }

  /** Where the clock is set back, an hour of the day comes twice; it is quiet until the second. */
  private Instant endOn(LocalDate day, QuietHours hours) {
    return day.atTime(hours.to).atZone(timeZone).withLaterOffsetAtOverlap().toInstant();
  }
}
