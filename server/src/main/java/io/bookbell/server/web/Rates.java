package io.bookbell.server.web;

import io.bookbell.hub.UserId;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;

/** Counts calls by their {@link Rate}, on this node. Thread-safe. */
public final class Rates {
  private final Map<Rate, RateLimiter<Object>> limiters = new EnumMap<>(Rate.class);

  private Rates() {}

  public static Rates limited(InstantSource clock) {
    var rates = new Rates();
    for (Rate rate : Rate.values()) {
      rates.limiters.put(rate, new RateLimiter<>(clock, rate.perMinute()));
    }
    return rates;
  }

  /** For load tests: everybody may call as often as they like. */
  public static Rates unlimited() {
    return new Rates();
  }

  /**
   * Counts one call.
   *
   * @throws Problem 429 when the user has none left in this minute
   */
  public void count(Rate rate, UserId user) {
    countFor(rate, user);
  }

  /**
   * Counts one call of somebody without a session.
   *
   * @throws Problem as {@link #count}
   */
  void countOpen(Rate rate, String network) {
    countFor(rate, network);
  }

  private void countFor(Rate rate, Object caller) {
    RateLimiter<Object> limiter = limiters.get(rate);
    if (limiter != null && !limiter.tryCount(caller)) {
      long seconds = limiter.secondsToWait();
      String unit = seconds == 1 ? " second." : " seconds.";
      throw Problem.tooMany(
          "rate_limited", "Too many requests. Try again in " + seconds + unit, seconds);
    }
  }
}
