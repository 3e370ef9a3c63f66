package io.bookbell.hub.redis;

import java.util.concurrent.atomic.LongAdder;

/** The counters of a backplane. Any thread may increment and read them. */
final class RedisCounters {
  final LongAdder published = new LongAdder();
  final LongAdder publishedBytes = new LongAdder();
  final LongAdder received = new LongAdder();
  final LongAdder receivedBytes = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder foreign = new LongAdder();
  final LongAdder malformed = new LongAdder();
  final LongAdder renewals = new LongAdder();
  final LongAdder stateChanges = new LongAdder();
  final LongAdder fallbacks = new LongAdder();

  RedisStatistics snapshot(PeerDirectory peerDirectory) {
    return new RedisStatistics(
        published.sum(),
        publishedBytes.sum(),
        received.sum(),
        receivedBytes.sum(),
        refused.sum(),
        foreign.sum(),
        malformed.sum(),
        renewals.sum(),
        stateChanges.sum(),
        fallbacks.sum(),
        peerDirectory.size(),
        peerDirectory.knownCount());
  }
}
