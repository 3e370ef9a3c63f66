package io.bookbell.hub;

import java.util.List;

/** The result of reading a page of a user's history. Immutable. */
public sealed interface HistoryPage {
  /**
   * Consecutive messages. Fewer than requested means that the end of the history is reached; empty,
   * that there is nothing newer.
   */
  record HistoryEntries(List<HistoryEntry> entries) implements HistoryPage {
    public HistoryEntries {
      entries = List.copyOf(entries);
    }
  }

  /**
   * The history doesn't reach back that far any more, or the user may no longer see that part of
   * it.
   */
  record TruncatedHistory() implements HistoryPage {}

  /** A message and its sequence number in the user's history. */
  record HistoryEntry(long seq, Message message) {}
}
