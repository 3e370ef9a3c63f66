package io.bookbell.server.outbox;

import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Sends one kind of news. There is one for each kind that this node can send; targets of other
 * kinds wait. Called on the sender's threads, for different targets at the same time, but never for
 * the same one.
 */
public interface NewsTransport {
  NewsKind kind();

  /** How long an attempt may take. The lease on the target is prolonged meanwhile. */
  default Duration timeout() {
    return OutboxSender.TIMEOUT;
  }

  /**
   * Whether all targets are reached through the same service, such as a mail server, which isn't
   * any quicker if more of them wait for it.
   */
  default boolean hasOneService() {
    return false;
  }

  /**
   * Decides what is sent to a target next. Runs in a transaction that may be repeated, so it must
   * not send anything itself.
   *
   * @param queued the oldest queued items, in their order, up to {@link
   *     OutboxQueue#MAX_CONCURRENT}; never empty
   */
  SendPlan planNext(Transaction tx, NewsTarget target, List<OutboxItem> queued);

  /**
   * Returns those of a target's queued items that were due by a time, for a kind that lets some
   * wait, such as for a digest. What has been due for a day and can't be sent is given up.
   *
   * @param queued items that were added by then
   */
  default List<OutboxItem> findDue(
      Transaction tx, NewsTarget target, List<OutboxItem> queued, Instant time) {
    return queued;
  }
}
