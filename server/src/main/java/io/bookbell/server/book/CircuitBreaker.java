package io.bookbell.server.book;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A circuit breaker: opens after each failure, for a pause that doubles from 10 seconds to 15
 * minutes and is reset by a success. A service may ask for a longer pause, up to 15 minutes. A
 * pause ends if the clock is set back far. Thread-safe.
 */
final class CircuitBreaker {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration MAX_PAUSE = Duration.ofMinutes(15);

  private final InstantSource clock;
  private Instant closedFrom = Instant.MIN;
  private Duration pause = FIRST_PAUSE;

  CircuitBreaker(InstantSource clock) {
    this.clock = clock;
  }

  /** Returns whether calls should be skipped for now. */
  synchronized boolean isOpen() {
    Instant now = clock.instant();
    return now.isBefore(closedFrom) && !closedFrom.isAfter(now.plus(MAX_PAUSE));
  }

  /**
   * Opens the circuit. Failures of calls that were already in progress when it opened are ignored.
   *
   * @param asked how long the service asks not to be called, if it said so
   * @return the length of the pause; empty if the failure was ignored
   */
  synchronized Optional<Duration> recordFailure(Optional<Duration> asked) {
    if (isOpen()) {
      return Optional.empty();
    }
    Duration wanted = asked.filter(each -> each.compareTo(pause) > 0).orElse(pause);
    Duration alone = shorterOf(wanted, MAX_PAUSE);
    closedFrom = clock.instant().plus(alone);
    pause = shorterOf(pause.multipliedBy(2), MAX_PAUSE);
    return Optional.of(alone);
  }

  synchronized void recordSuccess() {
    pause = FIRST_PAUSE;
  }

  private static Duration shorterOf(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
