package io.bookbell.server.web;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests that no route got to see. Thread-safe. */
public final class Refusals {
  /** Why a request was refused. */
  public enum Reason {
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

  private final Map<Reason, LongAdder> counts = new EnumMap<>(Reason.class);

  public Refusals() {
    for (Reason reason : Reason.values()) {
      counts.put(reason, new LongAdder());
    }
  }

  void count(Reason reason) {
    adder(reason).increment();
  }

  /** How often since the start. */
  public long of(Reason reason) {
    return adder(reason).sum();
  }

  private LongAdder adder(Reason reason) {
    return counts.getOrDefault(reason, new LongAdder());
  }
}
