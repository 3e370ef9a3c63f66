package io.bookbell.server.outbox;

import io.bookbell.server.outbox.SendResult.Accepted;
import io.bookbell.server.outbox.SendResult.ItemRefused;
import io.bookbell.server.outbox.SendResult.ServiceDown;
import io.bookbell.server.outbox.SendResult.TargetGone;
import io.bookbell.server.outbox.SendResult.TryAgain;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts what this node has sent since its start, for the metrics. Thread-safe. */
public final class OutboxStatistics {
  private final Map<NewsKind, LongAdder> sent = newCounters();
  private final Map<NewsKind, LongAdder> failed = newCounters();

  private static Map<NewsKind, LongAdder> newCounters() {
    var counters = new EnumMap<NewsKind, LongAdder>(NewsKind.class);
    for (NewsKind kind : NewsKind.values()) {
      counters.put(kind, new LongAdder());
    }
    return counters;
  }

  void count(NewsKind kind, SendResult result, int items) {
    switch (result) {
      case Accepted() -> add(sent, kind, items);
      case ItemRefused _, TryAgain _, TargetGone _, ServiceDown _ -> add(failed, kind, 1);
    }
  }

  private static void add(Map<NewsKind, LongAdder> counters, NewsKind kind, int amount) {
    counters.getOrDefault(kind, new LongAdder()).add(amount);
  }

  /** How many items were accepted. */
  public long sent(NewsKind kind) {
    return sent.getOrDefault(kind, new LongAdder()).sum();
  }

  /** How many attempts have failed. */
  public long failedAttempts(NewsKind kind) {
    return failed.getOrDefault(kind, new LongAdder()).sum();
  }
}
