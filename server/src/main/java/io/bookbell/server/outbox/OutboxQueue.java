package io.bookbell.server.outbox;

import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The queue behind {@link OutboxSender}: which targets have something to be sent, and which node
 * sends it. A node holds a lease on a target while it sends, so the items of a target are sent one
 * after another. If the node dies, another one continues when the lease has ended. Thread-safe and
 * stateless.
 */
public final class OutboxQueue {
  /** How many items a transport sees at once. */
  public static final int MAX_CONCURRENT = 100;

  /** How long the items of a node that was killed wait. */
  static final Duration LEASE = Duration.ofSeconds(60);

  /** How often a lease is prolonged while an attempt goes on. */
  static final Duration RENEW_EVERY = LEASE.dividedBy(4);

  private static final int MAX_COLLECTED = 1000;
  private static final int MAX_REMOVED = 500;

  /** How long settled items can be looked at, and longer than anything waits for its time. */
  private static final Duration RETENTION = Duration.ofDays(14);

  private static final String COLLECT =
      """
      UPDATE outbox_item
      SET state = 'queued'
      WHERE state = 'new'
        AND id IN (SELECT id FROM outbox_item WHERE state = 'new' ORDER BY id LIMIT ?)
      RETURNING target_id""";

  private static final String LOCK_TARGETS =
      "SELECT id FROM news_target WHERE id IN (?) ORDER BY id FOR NO KEY UPDATE";

  private static final String WAKE_TARGETS =
      "UPDATE news_target SET wake_at = ? WHERE id IN (?) AND wake_at IS NULL";

  private static final String FIND_DUE =
      """
      SELECT id
      FROM news_target
      WHERE wake_at <= ? AND leased_until <= ? AND kind IN (?) AND (failures > 0) = ?
      ORDER BY wake_at
      LIMIT ?""";

  private static final String TAKE_LEASE =
      """
      UPDATE news_target
      SET lease = ?, leased_until = ?
      WHERE id IN (?) AND wake_at <= ? AND leased_until <= ?
      RETURNING id""";

  private static final String OLD_ONCE =
      """
      SELECT id
      FROM news_target
      WHERE purpose = 'once' AND created_at <= ? AND (wake_at IS NULL OR created_at <= ?)
      ORDER BY created_at"""
          + " LIMIT "
          + MAX_REMOVED;

  private static final String OLD_SETTLED =
      "SELECT id FROM outbox_item WHERE settled_at <= ? ORDER BY settled_at LIMIT " + MAX_REMOVED;

  private static final String OLD_UNSETTLED =
      "SELECT id FROM outbox_item WHERE settled_at IS NULL AND created_at <= ? ORDER BY created_at"
          + " LIMIT "
          + MAX_REMOVED;

  private static final String NEXT_ITEMS =
      "SELECT "
          + OutboxItem.COLUMNS
          + " FROM outbox_item WHERE target_id = ? AND state = 'queued' ORDER BY id LIMIT ?";

  /** Whether there is anything to be done. */
  public boolean hasWork(Transaction tx, Collection<NewsKind> kinds) {
    return tx.query("SELECT id FROM outbox_item WHERE state = 'new' LIMIT 1").exists()
        || !findDue(tx, kinds, false, 1).isEmpty()
        || !findDue(tx, kinds, true, 1).isEmpty();
  }

  /** Queues new items and wakes their targets. Returns whether there may be more. */
  boolean collectNew(Transaction tx) {
    List<Long> targets = tx.query(COLLECT, MAX_COLLECTED).list(row -> row.getLong("target_id"));
    if (!targets.isEmpty()) {
      List<Long> distinct = targets.stream().distinct().sorted().toList();
      tx.lockRows(LOCK_TARGETS, distinct);
      tx.update(WAKE_TARGETS, tx.now(), distinct);
    }
    return targets.size() == MAX_COLLECTED;
  }

  /**
   * Takes leases on targets that are due.
   *
   * @param failing whether to take those whose last attempt has failed, or the others
   */
  List<Long> takeLeases(Transaction tx, String lease, NewsKind kind, boolean failing, int most) {
    List<Long> due = findDue(tx, Set.of(kind), failing, most);
    if (due.isEmpty()) {
      return List.of();
    }
    Instant now = tx.now();
    return tx.query(TAKE_LEASE, lease, now.plus(LEASE), due, now, now)
        .list(row -> row.getLong("id"));
  }

  private static List<Long> findDue(
      Transaction tx, Collection<NewsKind> kinds, boolean failing, int most) {
    List<String> names = kinds.stream().map(NewsKind::wireName).toList();
    return tx.query(FIND_DUE, tx.now(), tx.now(), names, failing, most)
        .list(row -> row.getLong("id"));
  }

  /**
   * Extends a lease. Returns the target as it is now; empty if the lease has ended, so that another
   * node may be sending.
   */
  Optional<NewsTarget> renewLease(Transaction tx, String lease, long target) {
    tx.lockRows("SELECT id FROM news_target WHERE id = ? FOR NO KEY UPDATE", target);
    return tx.query(
            "UPDATE news_target SET leased_until = ? WHERE id = ? AND lease = ? RETURNING "
                + NewsTarget.COLUMNS,
            tx.now().plus(LEASE),
            target,
            lease)
        .first(NewsTarget::of);
  }

  /** Returns the oldest queued items of a target. */
  List<OutboxItem> nextItems(Transaction tx, long target) {
    return tx.query(NEXT_ITEMS, target, MAX_CONCURRENT).list(OutboxItem::of);
  }

  /**
   * Ends a lease. The target sleeps until more is queued. That has nothing to do with what has
   * failed before, so its retry pauses and its one-day limit start afresh.
   */
  void sleepUntilMore(Transaction tx, long target) {
    tx.update(
        """
        UPDATE news_target
        SET failures = 0, failing_since = NULL, wake_at = NULL, lease = NULL, leased_until = 0
        WHERE id = ?""",
        target);
  }

  /** Ends a lease until something is due. If none of it has been tried, it begins anew as well. */
  void sleepUntilDue(Transaction tx, long target, Instant time, List<OutboxItem> items) {
    if (items.stream().allMatch(item -> item.attempts() == 0)) {
      tx.update(
          "UPDATE news_target SET failures = 0, failing_since = NULL WHERE id = ? AND failures > 0",
          target);
    }
    sleepUntil(tx, target, time);
  }

  /** Ends a lease. The target is looked at again at that time. */
  void sleepUntil(Transaction tx, long target, Instant time) {
    tx.update(
        "UPDATE news_target SET wake_at = ?, lease = NULL, leased_until = 0 WHERE id = ?",
        time,
        target);
  }

  /**
   * Counts an attempt before it is made. If the node is killed meanwhile, nobody knows whether the
   * target has got these items; whoever continues sees at least that they were sent together.
   */
  void recordAttempt(Transaction tx, List<Long> items) {
    tx.enqueue("UPDATE outbox_item SET attempts = attempts + 1 WHERE id IN (?)", items);
  }

  void recordSuccess(Transaction tx, long target, List<Long> items) {
    tx.update(
        """
        UPDATE outbox_item
        SET state = 'sent', settled_at = ?, error = NULL
        WHERE id IN (?)""",
        tx.now(),
        items);
    endFailing(tx, target);
  }

  private static void endFailing(Transaction tx, long target) {
    tx.update(
        """
        UPDATE news_target
        SET failures = 0, failing_since = NULL, last_error = NULL
        WHERE id = ?""",
        target);
  }

  void skip(Transaction tx, List<Long> items) {
    tx.update(
        "UPDATE outbox_item SET state = 'skipped', settled_at = ? WHERE id IN (?)",
        tx.now(),
        items);
  }

  /** Fails items because of what they are. The target itself has answered. */
  void recordRefusal(Transaction tx, long target, List<Long> items, String reason) {
    tx.update(
        """
        UPDATE outbox_item
        SET state = 'failed', settled_at = ?, error = ?
        WHERE id IN (?)""",
        tx.now(),
        reason,
        items);
    endFailing(tx, target);
  }

  /** Fails items that are tried only once. The target keeps the reason, and doesn't pause. */
  void recordOnlyFailure(Transaction tx, long target, List<Long> items, String reason) {
    recordRefusal(tx, target, items, reason);
    tx.update("UPDATE news_target SET last_error = ? WHERE id = ?", reason, target);
  }

  /** Records a failed attempt, and ends the lease. */
  void recordFailure(
      Transaction tx, NewsTarget target, List<Long> items, String reason, Duration pause) {
    recordError(tx, items, reason);
    Instant now = tx.now();
    Instant failingSince = target.failingSince() == null ? now : target.failingSince();
    tx.update(
        """
        UPDATE news_target
        SET failures = failures + 1, failing_since = ?, last_error = ?, wake_at = ?, lease = NULL,
          leased_until = 0
        WHERE id = ?""",
        failingSince,
        reason,
        now.plus(pause),
        target.id());
  }

  private static void recordError(Transaction tx, List<Long> items, String reason) {
    tx.update("UPDATE outbox_item SET error = ? WHERE id IN (?)", reason, items);
  }

  /** Ends a lease because the service behind the kind is out of order. */
  void postpone(Transaction tx, NewsTarget target, List<Long> items, ServiceOutage outage) {
    recordError(tx, items, outage.error);
    sleepUntil(tx, target.id(), outage.retryAt);
  }

  /** A service that is out of order. */
  record ServiceOutage(Instant failingSince, Instant retryAt, String error) {}

  /**
   * Fails everything that is queued for a target. It gets nothing more until it is verified again,
   * and then the same events as before.
   */
  void endTarget(Transaction tx, long target, String reason) {
    tx.update(
        """
        UPDATE outbox_item
        SET state = 'failed', settled_at = ?, error = ?
        WHERE target_id = ? AND state IN ('new', 'queued')""",
        tx.now(),
        reason,
        target);
    tx.update(
        """
        UPDATE news_target
        SET verified = FALSE, failures = 0, failing_since = NULL, last_error = ?, wake_at = NULL,
          lease = NULL, leased_until = 0
        WHERE id = ?""",
        reason,
        target);
  }

  /** Ends all leases, at the start of the only process on a database. */
  void endAllLeases(Transaction tx) {
    tx.update("UPDATE news_target SET lease = NULL, leased_until = 0 WHERE leased_until > 0");
  }

  /**
   * Deletes items that were settled long ago, or were never sent because nothing sends their kind
   * any more, and targets for a single item that is settled.
   *
   * @return whether there may be more
   */
  public boolean removeOld(Transaction tx) {
    Instant before = tx.now().minus(RETENTION);
    List<Long> once = findIds(tx, OLD_ONCE, tx.now().minus(RetrySchedule.MAX_RETRY_TIME), before);
    NewsTargetStore.deleteAll(tx, once);
    List<Long> settled = findIds(tx, OLD_SETTLED, before);
    List<Long> unsettled = findIds(tx, OLD_UNSETTLED, before);
    tx.update("DELETE FROM outbox_item WHERE id IN (?)", settled);
    tx.update("DELETE FROM outbox_item WHERE id IN (?)", unsettled);
    return Stream.of(once, settled, unsettled).anyMatch(ids -> ids.size() == MAX_REMOVED);
  }

  private static List<Long> findIds(Transaction tx, String query, Instant... times) {
    return tx.query(query, (Object[]) times).list(row -> row.getLong("id"));
  }
}
