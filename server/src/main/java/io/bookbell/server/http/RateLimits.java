package io.bookbell.server.http;

import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts calls against each {@link RateLimit}, on this node only. Thread-safe. */
public final class RateLimits {
  /** How many times the limit of one key all keys of a user may use up together. */
  private static final int KEYS_OF_ONE_USER = 2;

  private final Map<RateLimit, RateLimiter<Object>> limiters = new EnumMap<>(RateLimit.class);
  private final Map<RateLimit, RateLimiter<Object>> allKeys = new EnumMap<>(RateLimit.class);

  private RateLimits() {}

  public static RateLimits withLimits(InstantSource clock) {
    var rateLimits = new RateLimits();
    for (RateLimit rateLimit : RateLimit.values()) {
      int most = rateLimit.perMinute();
      rateLimits.limiters.put(rateLimit, new RateLimiter<>(clock, most));
      rateLimits.allKeys.put(rateLimit, new RateLimiter<>(clock, KEYS_OF_ONE_USER * most));
    }
    return rateLimits;
  }

  /** Creates an instance without limits, for load tests. */
  public static RateLimits withoutLimits() {
    return new RateLimits();
  }

  /**
   * Counts one call. Calls with a key are counted for the key, so that a program doesn't use up
   * what its user may do, and for all keys of the user together, so that more keys don't allow ever
   * more calls.
   *
   * @throws Problem 429 if the user, the key, or all keys of the user have reached the limit in
   *     this minute
   */
  public void countCall(RateLimit rateLimit, Caller caller) {
    if (caller.key().isPresent()) {
      countFor(limiters.get(rateLimit), caller.session());
      countFor(allKeys.get(rateLimit), caller.user());
    } else {
      countFor(limiters.get(rateLimit), caller.user());
    }
  }

  /**
   * Counts one call without a session.
   *
   * @throws Problem as in {@link #countCall}
   */
  public void countAnonymousCall(RateLimit rateLimit, String network) {
    countFor(limiters.get(rateLimit), network);
  }

  private static void countFor(@Nullable RateLimiter<Object> limiter, Object caller) {
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
