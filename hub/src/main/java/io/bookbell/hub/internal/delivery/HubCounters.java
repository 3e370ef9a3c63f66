package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.HubStatistics;
import java.util.concurrent.atomic.LongAdder;

/** The counters of a hub. Any thread may increment and read them. */
final class HubCounters {
  final LongAdder opened = new LongAdder();
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

  HubStatistics snapshot(long connections, long users, long pendingBytes) {
    return new HubStatistics(
        connections,
        users,
        pendingBytes,
        opened.sum(),
        closed.sum(),
        delivered.sum(),
        replayed.sum(),
        repeated.sum(),
        gaps.sum(),
        emptyAnnouncements.sum(),
        slowCloses.sum(),
        silentDrops.sum(),
        protocolErrors.sum(),
        failedReads.sum());
  }
}
