package io.bookbell.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CallerCacheTest {
  private static final Duration LONG = Duration.ofDays(1);
  private static final Caller SESSION = new Caller(new UserId(7), "session", false);

  private Instant now = Instant.parse("2026-05-20T12:00:00Z");
  private final CallerCache callers = new CallerCache(() -> now);

  @Test
  void aCallerIsRememberedForTwoSecondsAfterTheBeginningOfTheLookup() {
    var start = callers.startLookup();
    now = now.plusMillis(1500);
    callers.remember(start, SESSION, LONG);

    now = now.plusMillis(499);
    assertThat(callers.find("session")).contains(SESSION);
    now = now.plusMillis(1);
    assertThat(callers.find("session")).isEmpty();
  }

  @Test
  void whatHasEndedIsForgottenAtOnce() {
    callers.remember(callers.startLookup(), SESSION, LONG);
    callers.forget("session");
    assertThat(callers.find("session")).isEmpty();
  }

  @Test
  void whatEndsDuringItsLookupIsNotRemembered() {
    var start = callers.startLookup();
    callers.forget("session");
    callers.remember(start, SESSION, LONG);
    assertThat(callers.find("session")).isEmpty();
  }

  @Test
  void whatIsAboutToExpireIsNotRemembered() {
    callers.remember(callers.startLookup(), SESSION, CallerCache.TTL);
    assertThat(callers.find("session")).isEmpty();
  }

  @Test
  void theTimeThatAKeyHasLeftIsThatOfTheCall() {
    var key =
        new Caller(
            new UserId(7),
            "key",
            false,
            Optional.of(new KeyGrant(Set.of(KeyScope.READ), Optional.of(Duration.ofMinutes(1)))));
    callers.remember(callers.startLookup(), key, Duration.ofMinutes(1));
    now = now.plusSeconds(1);
    assertThat(callers.find("key").orElseThrow().key().orElseThrow().timeLeft())
        .contains(Duration.ofSeconds(59));
  }

  @Test
  void aClockThatIsSetBackMakesNothingLastLonger() {
    callers.remember(callers.startLookup(), SESSION, LONG);
    now = now.minusSeconds(60);
    assertThat(callers.find("session")).isEmpty();
  }
}
