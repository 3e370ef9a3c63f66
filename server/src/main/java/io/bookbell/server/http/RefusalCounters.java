package io.bookbell.server.http;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests refused before any route saw them. Thread-safe. */
public final class RefusalCounters {
  /** Why a request was refused. */
  public enum RefusalReason {
    /** It isn't valid HTTP, is too long, or has no valid Host header. */
    MALFORMED,
    /** It took too long to arrive. */
    LATE,
    /** Its response wasn't read in time. */
    UNREAD,
    /** Too many earlier requests of its connection waited for their responses. */
    PIPELINED;

    /** The value of the metric's label. */
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

  /** The number since the start. */
  public long countOf(RefusalReason refusalReason) {
    return counterFor(refusalReason).sum();
  }

  private LongAdder counterFor(RefusalReason refusalReason) {
    return counts.getOrDefault(refusalReason, new LongAdder());
  }
}
