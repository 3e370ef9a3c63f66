package io.bookbell.hub;

import java.util.List;

/** A piece of a user's history. Immutable. */
public sealed interface HistoryPage {
  /**
   * Messages that follow one another without a gap. Fewer than were asked for: these are the
   * newest; empty: there is nothing newer.
   */
  record HistoryEntries(List<HistoryEntry> entries) implements HistoryPage {
    public HistoryEntries {
      entries = List.copyOf(entries);
    }
  }

  /** The history no longer reaches back that far, or the user may no longer see that part of it. */
  record TruncatedHistory() implements HistoryPage {}

  /** One message and its number in the user's history. */
  record HistoryEntry(long seq, Message message) {}
}
