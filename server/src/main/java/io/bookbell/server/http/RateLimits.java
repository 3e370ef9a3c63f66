package io.bookbell.server.http;

import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;

/** Counts calls against each {@link RateLimit}, on this node only. Thread-safe. */
public final class RateLimits {
  private final Map<RateLimit, RateLimiter<Object>> limiters = new EnumMap<>(RateLimit.class);

  private RateLimits() {}

  public static RateLimits withLimits(InstantSource clock) {
    var rateLimits = new RateLimits();
    for (RateLimit rateLimit : RateLimit.values()) {
      rateLimits.limiters.put(rateLimit, new RateLimiter<>(clock, rateLimit.perMinute()));
    }
    return rateLimits;
  }

  /** Creates an instance without limits, for load tests. */
  public static RateLimits withoutLimits() {
    return new RateLimits();
  }

  /**
   * Counts one call. Calls with a key are counted for the key, so that a program doesn't use up
   * what its user may do.
   *
   * @throws Problem 429 if the user, or the key, has reached the limit in this minute
   */
  public void countCall(RateLimit rateLimit, Caller caller) {
    countFor(rateLimit, caller.key().isPresent() ? caller.session() : caller.user());
  }

  /**
   * Counts one call without a session.
   *
   * @throws Problem as in {@link #countCall}
   */
  public void countAnonymousCall(RateLimit rateLimit, String network) {
    countFor(rateLimit, network);
  }

  private void countFor(RateLimit rateLimit, Object caller) {
    RateLimiter<Object> limiter = limiters.get(rateLimit);
    if (limiter != null && !limiter.tryCount(caller)) {
      throw limitReached(limiter);
    }
  }

  private static Problem limitReached(RateLimiter<Object> limiter) {
    long seconds = limiter.secondsToWait();
    String unit = seconds == 1 ? " second." : " seconds.";
    return Problem.tooMany(
        "rate_limited", "Too many requests. Try again in " + seconds + unit, seconds);
  }
}
