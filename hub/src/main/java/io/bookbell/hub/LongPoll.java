package io.bookbell.hub;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A request for the messages after a position. It ends with the first of these: there are messages,
 * the wait is over, or the connection is closed. Immutable.
 *
 * @param loop the event loop on which the request is handled and the listener is called
 * @param limit the largest number of numbered messages wanted
 * @param waitTime how long to wait while there is nothing
 * @param listener receives the outcome, once; must not block
 */
public record LongPoll(
    EventLoop loop, int limit, Duration waitTime, Consumer<PollOutcome> listener) {
  public LongPoll {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1, got " + limit);
    }
    if (waitTime.isNegative()) {
      throw new IllegalArgumentException("waitTime must not be negative, got " + waitTime);
    }
  }

  /** How a poll ended. Immutable. */
  public sealed interface PollOutcome {
    /**
     * The messages.
     *
     * @param position where the next poll continues
     * @param snapshot what the client starts from, unless it resumed from its position
     * @param entries the numbered messages up to the position, in order
     * @param unnumbered the current states, and messages without a number that came while waiting
     */
    record PolledMessages(
        Position position,
        Optional<Message> snapshot,
        List<HistoryPage.HistoryEntry> entries,
        List<Message> unnumbered)
        implements PollOutcome {
      public PolledMessages {
        entries = List.copyOf(entries);
        unnumbered = List.copyOf(unnumbered);
      }
    }

    /** The poll was closed, for example because the session ended or the server shuts down. */
    record ClosedPoll(CloseReason reason) implements PollOutcome {}
  }
}
