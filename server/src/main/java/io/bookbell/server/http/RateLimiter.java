package io.bookbell.server.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the number of events per key in fixed windows of one minute. Thread-safe. It keeps only
 * the keys of the current window, and forgets all counts when there are too many keys: it isn't
 * meant against a distributed flood.
 *
 * @param <K> what is limited, such as a user or an account
 */
public final class RateLimiter<K> {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MAX_KEYS = 50_000;

  private final Map<K, Integer> counts = new HashMap<>();
  private final InstantSource clock;
  private final int most;
  private Instant windowEnd = Instant.MIN;

  /**
   * Creates a limiter.
   *
   * @param most the largest number of events per key and minute
   */
  public RateLimiter(InstantSource clock, int most) {
    this.clock = clock;
    this.most = most;
  }

  /** Counts an event, or returns false if the key has reached its limit. */
  public synchronized boolean tryCount(K key) {
    startWindowIfOver();
    int count = counts.getOrDefault(key, 0);
    if (count >= most) {
      return false;
    }
    if (counts.size() >= MAX_KEYS && count == 0) {
      counts.clear();
    }
    counts.put(key, count + 1);
    return true;
  }

  /** The seconds until the next window, at least 1. */
  public synchronized long secondsToWait() {
    startWindowIfOver();
    return Math.max(1, Duration.between(clock.instant(), windowEnd).toSeconds() + 1);
  }

  /** A window is also over if it can't have begun yet: the clock was set back. */
  private void startWindowIfOver() {
    Instant now = clock.instant();
    if (!now.isBefore(windowEnd) || now.isBefore(windowEnd.minus(WINDOW))) {
      counts.clear();
      windowEnd = now.plus(WINDOW);
    }
  }
}
