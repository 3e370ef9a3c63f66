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
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<RefusalReason, LongAdder> counts = new EnumMap<>(RefusalReason.class);

  public RefusalCounters() {
    for (RefusalReason refusalReason : RefusalReason.values()) {
      counts.put(refusalReason, new LongAdder());
    }
  }

  void count(RefusalReason refusalReason) {
    adder(refusalReason).increment();
  }

  /** How often since the start. */
  public long of(RefusalReason refusalReason) {
    return adder(refusalReason).sum();
  }

  private LongAdder adder(RefusalReason refusalReason) {
    return counts.getOrDefault(refusalReason, new LongAdder());
  }
}
