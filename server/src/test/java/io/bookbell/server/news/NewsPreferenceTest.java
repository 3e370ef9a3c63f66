package io.bookbell.server.news;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.news.NewsPreference.QuietHours;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When news is sent; in Berlin the clock is set ahead on 29 March and back on 25 October 2026. */
class NewsPreferenceTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource({
    // over midnight, in summer
    "22:00, 07:00, 2026-07-01T19:59:00Z, 2026-07-01T19:59:00Z",
    "22:00, 07:00, 2026-07-01T20:00:00Z, 2026-07-02T05:00:00Z",
    "22:00, 07:00, 2026-07-02T04:59:59Z, 2026-07-02T05:00:00Z",
    "22:00, 07:00, 2026-07-02T05:00:00Z, 2026-07-02T05:00:00Z",
    // by day
    "09:00, 17:00, 2026-07-01T08:00:00Z, 2026-07-01T15:00:00Z",
    // over the changes of the clock
    "22:00, 07:00, 2026-03-28T22:00:00Z, 2026-03-29T05:00:00Z",
    "22:00, 07:00, 2026-10-24T22:00:00Z, 2026-10-25T06:00:00Z",
    // until a time that is left out, or comes twice
    "22:00, 02:30, 2026-03-29T00:59:00Z, 2026-03-29T01:30:00Z",
    "22:00, 02:30, 2026-10-24T23:00:00Z, 2026-10-25T01:30:00Z",
    "22:00, 02:30, 2026-10-25T01:10:00Z, 2026-10-25T01:30:00Z",
  })
  void nothingIsSentInQuietHours(LocalTime from, LocalTime to, Instant now, Instant expected) {
    var hours = Optional.of(new QuietHours(from, to));
    var preference = new NewsPreference(Digest.OFF, hours, BERLIN, "de");
    assertThat(preference.afterQuietHours(now)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "DAILY, 2026-07-01T05:59:59Z, 2026-07-01T06:00:00Z",
    "DAILY, 2026-07-01T06:00:00Z, 2026-07-02T06:00:00Z",
    "DAILY, 2026-10-24T20:00:00Z, 2026-10-25T07:00:00Z",
    "WEEKLY, 2026-03-28T12:00:00Z, 2026-03-30T06:00:00Z",
    "WEEKLY, 2026-07-06T05:59:59Z, 2026-07-06T06:00:00Z",
    "WEEKLY, 2026-07-06T06:00:00Z, 2026-07-13T06:00:00Z",
  })
  void aDigestHasWhatHappenedBeforeItsMorning(Digest digest, Instant happened, Instant expected) {
    assertThat(digest.timeOf(happened, BERLIN)).isEqualTo(expected);
  }
}
