package io.bookbell.hub;

import java.util.Map;

/**
 * A snapshot of a hub's counters since its start, and of its current connections. Immutable; the
 * numbers are read one after the other, not atomically.
 *
 * @param connections connections open now
 * @param users users with at least one open connection now
 * @param pendingBytes bytes accepted for sending that the operating system hasn't taken yet, now
 * @param opened connections opened
 * @param closed connections closed
 * @param delivered live messages queued, counted once per connection
 * @param replayed messages read from a history and queued
 * @param repeated numbered messages dropped because the connection already had them
 * @param gaps times a live connection missed a number and read its history
 * @param emptyAnnouncements times an announced message wasn't in the history
 * @param slowCloses connections closed as slow consumers
 * @param silentDrops connections dropped because their clients were silent
 * @param protocolErrors connections closed because of what their clients sent
 * @param failedReads times a history couldn't be read
 * @param transports the connections by transport
 */
public record HubStatistics(
    long connections,
    long users,
    long pendingBytes,
    long opened,
    long closed,
    long delivered,
    long replayed,
    long repeated,
    long gaps,
    long emptyAnnouncements,
    long slowCloses,
    long silentDrops,
    long protocolErrors,
    long failedReads,
    Map<TransportKind, OfTransport> transports) {
  public HubStatistics {
    transports = Map.copyOf(transports);
  }

  /**
   * The connections of one transport.
   *
   * @param connections open now
   * @param opened since the start
   */
  public record OfTransport(long connections, long opened) {}

  /** The connections of one transport. */
  public OfTransport of(TransportKind kind) {
    return transports.getOrDefault(kind, new OfTransport(0, 0));
  }
}
