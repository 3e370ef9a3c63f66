package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.HubStatistics;
import io.bookbell.hub.TransportKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** The counters of a hub. Any thread may increment and read them. */
final class HubCounters {
  private final Map<TransportKind, LongAdder> opened = new EnumMap<>(TransportKind.class);
  final LongAdder closed = new LongAdder();
  final LongAdder delivered = new LongAdder();
  final LongAdder replayed = new LongAdder();
  final LongAdder repeated = new LongAdder();
  final LongAdder gaps = new LongAdder();
  final LongAdder emptyAnnouncements = new LongAdder();
  final LongAdder slowCloses = new LongAdder();
  final LongAdder silentDrops = new LongAdder();
  final LongAdder protocolErrors = new LongAdder();
  final LongAdder failedReads = new LongAdder();

  HubCounters() {
    for (TransportKind kind : TransportKind.values()) {
      opened.put(kind, new LongAdder());
    }
  }

  void countOpened(TransportKind kind) {
    Objects.requireNonNull(opened.get(kind)).increment();
  }

  /**
   * @param open how many connections are open now
   */
  HubStatistics snapshot(Map<TransportKind, Long> open, long users, long pendingBytes) {
    var transports = new EnumMap<TransportKind, HubStatistics.OfTransport>(TransportKind.class);
    opened.forEach(
        (kind, count) ->
            transports.put(
                kind, new HubStatistics.OfTransport(open.getOrDefault(kind, 0L), count.sum())));
    return new HubStatistics(
        open.values().stream().mapToLong(Long::longValue).sum(),
        users,
        pendingBytes,
        opened.values().stream().mapToLong(LongAdder::sum).sum(),
        closed.sum(),
        delivered.sum(),
        replayed.sum(),
        repeated.sum(),
        gaps.sum(),
        emptyAnnouncements.sum(),
        slowCloses.sum(),
        silentDrops.sum(),
        protocolErrors.sum(),
        failedReads.sum(),
        transports);
  }
}
