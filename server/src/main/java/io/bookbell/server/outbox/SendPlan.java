package io.bookbell.server.outbox;

import java.time.Instant;
import java.util.List;

/** What happens to a target's queued items next. */
public sealed interface SendPlan {

  /** Nothing before this time, for instance because of quiet hours. */
  record SendLater(Instant time) implements SendPlan {}

  /** These items aren't sent at all, because they are no longer wanted. */
  record SkipItems(List<Long> items) implements SendPlan {}

  /**
   * These items are sent together.
   *
   * @param items the ids of the oldest items, apart from the skipped ones
   * @param skipped items that aren't sent at all
   * @param sending sends them, after the transaction
   * @param repeated whether they are sent again if that fails; otherwise the target's other items
   *     go on
   */
  record SendNow(List<Long> items, List<Long> skipped, Sending sending, boolean repeated)
      implements SendPlan {
    /** Sends items until they are accepted or refused for good. */
    public SendNow(List<Long> items, List<Long> skipped, Sending sending) {
      this(items, skipped, sending, true);
    }

    /** Sends one item by itself. */
    public static SendNow single(OutboxItem item, Sending sending) {
      return new SendNow(List.of(item.id()), List.of(), sending);
    }

    /** The same, but tried only once. */
    public SendNow once() {
      return new SendNow(items, skipped, sending, false);
    }
  }

  /** One attempt. */
  @FunctionalInterface
  interface Sending {
    /**
     * Sends, and waits for the outcome. Runs on a virtual thread that is interrupted after {@link
     * NewsTransport#timeout}. An exception counts as {@link SendResult.TryAgain}.
     */
    SendResult send() throws Exception;
  }
}
