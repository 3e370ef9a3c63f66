package io.bookbell.server.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The callers whose sessions and keys were found in the database during the last two seconds, so
 * that not every call has to look them up. Thread-safe.
 *
 * <p>What ends on this node is forgotten at once. What ends on another node is forgotten when this
 * one learns of it, after {@link #TTL} at the latest.
 */
public final class CallerCache {
  /** How long a caller is remembered after the beginning of the lookup. */
  public static final Duration TTL = Duration.ofSeconds(2);

  private static final int MAX_ENTRIES = 10_000;

  private final Map<String, RecentCaller> callers = new ConcurrentHashMap<>();
  private final AtomicLong forgotten = new AtomicLong();
  private final InstantSource clock;

  public CallerCache(InstantSource clock) {
    this.clock = clock;
  }

  private record RecentCaller(Caller caller, Instant since) {}

  /**
   * The beginning of a lookup.
   *
   * @param forgotten how many sessions and keys had ended by then
   */
  public record LookupStart(long forgotten, Instant at) {}

  /** Returns the caller with this hash of a token, if it is remembered. */
  public Optional<Caller> find(String hash) {
    RecentCaller found = callers.get(hash);
    if (found == null) {
      return Optional.empty();
    }
    Duration age = Duration.between(found.since, clock.instant());
    return age.isNegative() || age.compareTo(TTL) >= 0
        ? Optional.empty()
        : Optional.of(found.caller.afterMore(age));
  }

  /** Called before a lookup reads the database. */
  public LookupStart startLookup() {
    return new LookupStart(forgotten.get(), clock.instant());
  }

  /**
   * Remembers a caller who was found, unless a session or key has ended since the lookup began: it
   * may be this one, which the lookup still saw.
   *
   * @param timeLeft how long the session or key was still valid then
   */
  public void remember(LookupStart start, Caller caller, Duration timeLeft) {
    if (timeLeft.compareTo(TTL) <= 0) {
      return;
    }
    if (callers.size() >= MAX_ENTRIES) {
      callers.clear();
    }
    callers.put(caller.session(), new RecentCaller(caller, start.at));
    if (forgotten.get() != start.forgotten) { // checked last, so forget() finds it otherwise
      callers.remove(caller.session());
    }
  }

  /** Called when a session or key has ended, with the hash of its token. */
  public void forget(String hash) {
    forgotten.incrementAndGet();
    callers.remove(hash);
  }
}
