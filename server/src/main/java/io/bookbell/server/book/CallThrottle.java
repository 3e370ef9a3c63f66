package io.bookbell.server.book;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Gives out turns at a service, no two closer together than is polite. Thread-safe. */
final class CallThrottle {
  private final InstantSource clock;
  private final Duration apart;
  private final Duration longestWait;
  private Instant next = Instant.MIN;

  /**
   * Creates a pace.
   *
   * @param longestWait whoever would wait for longer gets no turn
   */
  CallThrottle(InstantSource clock, Duration apart, Duration longestWait) {
    this.clock = clock;
    this.apart = apart;
    this.longestWait = longestWait;
  }

  /** Takes the next turn; after how long it comes. */
  synchronized Optional<Duration> reserveTurn() {
    Instant now = clock.instant();
    Instant turn = next.isAfter(now) ? next : now;
    Duration wait = Duration.between(now, turn);
    if (wait.compareTo(longestWait) > 0) {
      return Optional.empty();
    }
    next = turn.plus(apart);
    return Optional.of(wait);
  }
}
