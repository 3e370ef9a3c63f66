package io.bookbell.server.book;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Spaces calls to a service at least a given interval apart. It begins anew if the clock is set
 * back. Thread-safe.
 */
final class CallThrottle {
  private final InstantSource clock;
  private final Duration apart;
  private final Duration longestWait;
  private Instant next = Instant.MIN;

  /**
   * Creates a throttle.
   *
   * @param apart the minimum interval between two calls
   * @param longestWait calls that would have to wait longer are refused
   */
  CallThrottle(InstantSource clock, Duration apart, Duration longestWait) {
    this.clock = clock;
    this.apart = apart;
    this.longestWait = longestWait;
  }

  /**
   * Reserves the next call and returns how long to wait for it; empty if that would be too long.
   */
  synchronized Optional<Duration> reserveTurn() {
    Instant now = clock.instant();
    boolean setBack = next.isAfter(now.plus(longestWait).plus(apart));
    Instant turn = next.isAfter(now) && !setBack ? next : now;
    Duration wait = Duration.between(now, turn);
    if (wait.compareTo(longestWait) > 0) {
      return Optional.empty();
    }
    next = turn.plus(apart);
    return Optional.of(wait);
  }
}
