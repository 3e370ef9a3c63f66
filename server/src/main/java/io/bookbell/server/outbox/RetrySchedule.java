package io.bookbell.server.outbox;

import java.time.Duration;

/** When failed attempts are repeated, and for how long. Stateless. */
final class RetrySchedule {
  /** How long an item is tried. */
  static final Duration MAX_RETRY_TIME = Duration.ofDays(1);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration MAX_PAUSE = Duration.ofHours(2);
  private static final Duration MAX_SERVICE_PAUSE = Duration.ofMinutes(5);
  private static final int GROWTH = 3;

  /** Pauses differ by up to a tenth, so that targets that failed together don't return together. */
  private static final int SPREAD = 10;

  private RetrySchedule() {}

  /**
   * Returns the pause after a failed attempt.
   *
   * @param failures how many have failed in a row, including this one
   * @param spread any number, such as the target's id
   */
  static Duration pauseAfter(int failures, long spread) {
    Duration pause = growingPause(failures, MAX_PAUSE);
    long tenth = pause.toMillis() / SPREAD;
    return pause.plusMillis(tenth * Math.floorMod(spread, SPREAD) / SPREAD);
  }

  /** Returns the pause of a whole kind whose service is out of order. */
  static Duration servicePause(int failures) {
    return growingPause(failures, MAX_SERVICE_PAUSE);
  }

  private static Duration growingPause(int failures, Duration longest) {
    Duration pause = FIRST_PAUSE;
    for (int failure = 1; failure < failures && pause.compareTo(longest) < 0; failure++) {
      pause = pause.multipliedBy(GROWTH);
    }
    return pause.compareTo(longest) < 0 ? pause : longest;
  }
}
