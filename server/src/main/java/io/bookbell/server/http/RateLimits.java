package io.bookbell.server.http;

import io.bookbell.hub.UserId;
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
   * Counts one call.
   *
   * @throws Problem 429 if the user has reached the limit in this minute
   */
  public void countCall(RateLimit rateLimit, UserId user) {
    countFor(rateLimit, user);
  }

  /**
   * Counts one call without a session.
   *
   * @throws Problem as in {@link #countCall}
   */
  void countAnonymousCall(RateLimit rateLimit, String network) {
    countFor(rateLimit, network);
  }

  private void countFor(RateLimit rateLimit, Object caller) {
    RateLimiter<Object> limiter = limiters.get(rateLimit);
    if (limiter != null && !limiter.tryCount(caller)) {
      long seconds = limiter.secondsToWait();
      String unit = seconds == 1 ? " second." : " seconds.";
      throw Problem.tooMany(
          "rate_limited", "Too many requests. Try again in " + seconds + unit, seconds);
    }
  }
}
