package io.bookbell.server.book;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Leaves a service alone after it failed, each time for longer. Thread-safe. */
final class CircuitBreaker {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

  private final InstantSource clock;
  private Instant closedFrom = Instant.MIN;
  private Duration pause = FIRST_PAUSE;

  CircuitBreaker(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether nobody should ask for now. */
  synchronized boolean isOpen() {
    return clock.instant().isBefore(closedFrom);
  }

  /**
   * Notes a failure; further ones of calls that were under way at the same time change nothing.
   *
   * @param asked for how long the service wants to be left alone, if it said so
   * @return how long that will be; empty for one of the further ones
   */
  synchronized Optional<Duration> recordFailure(Optional<Duration> asked) {
    if (isOpen()) {
      return Optional.empty();
    }
    Duration wanted = asked.filter(each -> each.compareTo(pause) > 0).orElse(pause);
    Duration alone = shorterOf(wanted, LONGEST_PAUSE);
    closedFrom = clock.instant().plus(alone);
    pause = shorterOf(pause.multipliedBy(2), LONGEST_PAUSE);
    return Optional.of(alone);
  }

  synchronized void recordSuccess() {
    pause = FIRST_PAUSE;
  }

  private static Duration shorterOf(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
