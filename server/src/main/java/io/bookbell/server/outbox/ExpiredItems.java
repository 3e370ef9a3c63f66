package io.bookbell.server.outbox;

import io.bookbell.server.outbox.OutboxQueue.ServiceOutage;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.List;

/**
 * Fails items that have been due for a day while their target or its service kept failing. An item
 * that waits for a digest is due when the digest is. Stateless.
 */
final class ExpiredItems {
  /** An outage fails once every few minutes, so all targets have their turn. */
  private static final int MAX_TARGETS = 50;

  private static final String OLD_QUEUED =
      "SELECT "
          + OutboxItem.COLUMNS
          + " FROM outbox_item"
          + " WHERE target_id = ? AND state = 'queued' AND id > ? AND created_at <= ?"
          + " ORDER BY id LIMIT ?";

  private static final String WAITING_TARGETS =
      "SELECT "
          + NewsTarget.COLUMNS
          + " FROM news_target"
          + " WHERE kind = ? AND wake_at <= ? AND id <> ? AND EXISTS ("
          + "SELECT 1 FROM outbox_item i"
          + " WHERE i.target_id = news_target.id AND i.state = 'queued' AND i.created_at <= ?)"
          + " ORDER BY wake_at LIMIT ?";

  private static final String FAIL =
      """
      UPDATE outbox_item
      SET state = 'failed', settled_at = ?, error = ?
      WHERE id IN (?) AND state = 'queued'""";

  private ExpiredItems() {}

  /** Gives up what a target that has just failed again has refused for a day. */
  static void giveUp(Transaction tx, NewsTransport transport, NewsTarget target, String reason) {
    Instant since = target.failingSince();
    Instant before = tx.now().minus(RetrySchedule.MAX_RETRY_TIME);
    if (since != null && !since.isAfter(before)) {
      failDue(tx, transport, target, before, reason);
    }
  }

  /**
   * Gives up what a service that has just failed again has held up for a day: of the target that it
   * was tried with, and of some others that are waiting.
   */
  static void giveUpAll(
      Transaction tx, NewsTransport transport, NewsTarget tried, ServiceOutage outage) {
    Instant before = tx.now().minus(RetrySchedule.MAX_RETRY_TIME);
    if (outage.failingSince().isAfter(before)) {
      return;
    }
    failDue(tx, transport, tried, before, outage.error());
    List<NewsTarget> waiting =
        tx.query(
                WAITING_TARGETS, tried.kind().wireName(), tx.now(), tried.id(), before, MAX_TARGETS)
            .list(NewsTarget::of);
    for (NewsTarget target : waiting) {
      failDue(tx, transport, target, before, outage.error());
    }
  }

  private static void failDue(
      Transaction tx, NewsTransport transport, NewsTarget target, Instant before, String reason) {
    long last = 0;
    List<OutboxItem> old;
    do {
      old =
          tx.query(OLD_QUEUED, target.id(), last, before, OutboxQueue.MAX_CONCURRENT)
              .list(OutboxItem::of);
      if (old.isEmpty()) {
        return;
      }
      last = old.getLast().id();
      List<Long> due =
          transport.findDue(tx, target, old, before).stream().map(OutboxItem::id).toList();
      tx.update(FAIL, tx.now(), reason, due);
    } while (old.size() == OutboxQueue.MAX_CONCURRENT);
  }
}
