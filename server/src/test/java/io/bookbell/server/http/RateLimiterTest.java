package io.bookbell.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Limits within a minute. */
class RateLimiterTest {
  private Instant now = Instant.parse("2026-05-20T12:00:00Z");
  private final RateLimiter<String> limiter = new RateLimiter<>(() -> now, 1);

  @Test
  void aMinuteLaterTheCountBeginsAnew() {
    assertThat(limiter.tryCount("ada")).isTrue();
    now = now.plusSeconds(59);
    assertThat(limiter.tryCount("ada")).isFalse();
    assertThat(limiter.secondsToWait()).isEqualTo(2);
    now = now.plusSeconds(1);
    assertThat(limiter.tryCount("ada")).isTrue();
  }

  @Test
  void aClockThatIsSetBackLocksNobodyOut() {
    assertThat(limiter.tryCount("ada")).isTrue();
    now = now.minus(Duration.ofHours(1));

    assertThat(limiter.secondsToWait()).isLessThanOrEqualTo(61);
    assertThat(limiter.tryCount("ada")).isTrue();
  }
}
