package io.bookbell.server.web;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests that no route got to see. Thread-safe. */
public final class RefusalCounters {
  /** Why a request was refused. */
  public enum RefusalReason {
    /** It is not HTTP, or too long for it, or does not say which host it is for. */
    MALFORMED,
    /** It took too long to arrive. */
    LATE,
    /** Its answer was not read in time. */
    UNREAD;

    /** As the metric names it. */
    public String metricLabel() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<RefusalReason, LongAdder> counts = new EnumMap<>(RefusalReason.class);

  public RefusalCounters() {
    for (RefusalReason refusalReason : RefusalReason.values()) {
      counts.put(refusalReason, new LongAdder());
    }
  }

  void countRefusal(RefusalReason refusalReason) {
    counterFor(refusalReason).increment();
  }

  /** How often since the start. */
  public long countOf(RefusalReason refusalReason) {
    return counterFor(refusalReason).sum();
  }

  private LongAdder counterFor(RefusalReason refusalReason) {
    return counts.getOrDefault(refusalReason, new LongAdder());
  }
}
