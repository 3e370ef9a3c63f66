package io.bookbell.server.outbox;

import io.bookbell.server.storage.Transaction;
import java.util.List;

/**
 * Sends one kind of news. There is one for each kind that this node can send; targets of other
 * kinds wait. Called on the sender's threads, for different targets at the same time, but never for
 * the same one.
 */
public interface NewsTransport {
  NewsKind kind();

  /**
   * Decides what is sent to a target next. Runs in a transaction that may be repeated, so it must
   * not send anything itself.
   *
   * @param queued the oldest queued items, in their order, up to {@link OutboxQueue#MOST_AT_ONCE};
   *     never empty
   */
  SendPlan planNext(Transaction tx, NewsTarget target, List<OutboxItem> queued);
}
