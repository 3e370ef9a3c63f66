package io.bookbell.server.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts per key and minute. Thread-safe; holds no more than the keys of the present minute, and
 * starts over when these are too many to hold: a flood from everywhere is not what it is for.
 *
 * @param <K> what is limited, such as a user or an account
 */
public final class RateLimiter<K> {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MOST_KEYS = 50_000;

  private final Map<K, Integer> counts = new HashMap<>();
  private final InstantSource clock;
  private final int most;
  private Instant windowEnd = Instant.MIN;

  /**
   * Creates a limiter.
   *
   * @param most how often in a minute
   */
  public RateLimiter(InstantSource clock, int most) {
    this.clock = clock;
    this.most = most;
  }

  /** Counts, if the key has not been counted so often yet; else answers false. */
  public synchronized boolean tryCount(K key) {
    startWindowIfOver();
    int count = counts.getOrDefault(key, 0);
    if (count >= most) {
      return false;
    }
    if (counts.size() >= MOST_KEYS && count == 0) {
      counts.clear();
    }
    counts.put(key, count + 1);
    return true;
  }

  /** Seconds until counting starts anew, at least 1. */
  public synchronized long secondsToWait() {
    startWindowIfOver();
    return Math.max(1, Duration.between(clock.instant(), windowEnd).toSeconds() + 1);
  }

  private void startWindowIfOver() {
    Instant now = clock.instant();
    if (!now.isBefore(windowEnd)) {
      counts.clear();
      windowEnd = now.plus(WINDOW);
    }
  }
}
