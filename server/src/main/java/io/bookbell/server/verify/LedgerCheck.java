package io.bookbell.server.verify;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.verify.InvariantVerifier.InvariantViolation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Invariants 1 and 2: quotas equal the sum of their ledger lines, and a request is refunded at most
 * once.
 */
final class LedgerCheck {
  private static final int MAX_BREACHES = 20;

  private static final String WRONG_SUMS =
      """
      SELECT creator_id, user_id, used, ledger_used, granted, ledger_granted
      FROM (
        SELECT m.creator_id, m.user_id, m.used, m.granted,
          (SELECT coalesce(
              sum(CASE WHEN l.kind IN ('grant', 'lapse') THEN 0 WHEN l.kind = 'refund' THEN -1
                ELSE l.amount END), 0)
            FROM quota_ledger l
            WHERE l.creator_id = m.creator_id AND l.user_id = m.user_id
              AND l.period_key = m.period_key) AS ledger_used,
          (SELECT coalesce(sum(CASE WHEN l.kind IN ('grant', 'lapse') THEN l.amount ELSE 0 END), 0)
            FROM quota_ledger l
            WHERE l.creator_id = m.creator_id AND l.user_id = m.user_id
              AND l.period_key = m.period_key) AS ledger_granted
        FROM membership m) AS sums
      WHERE ledger_used <> used OR ledger_granted <> granted
      LIMIT ?""";

  private static final String LINES_OF_REQUESTS =
      """
      SELECT id, creator_id, user_id, kind, amount, period_key, used_after, allowed
      FROM quota_ledger
      WHERE kind NOT IN ('grant', 'lapse')
      ORDER BY id""";

  private static final String WRONGLY_CONSUMED =
      """
      SELECT id, lines
      FROM (
        SELECT r.id,
          (SELECT count(*) FROM quota_ledger l
            WHERE l.request_id = r.id AND l.kind = 'consume') AS lines
        FROM book_request r) AS consumptions
      WHERE lines <> 1
      LIMIT ?""";

  private static final String WRONGLY_REFUNDED =
      """
      SELECT id, status, refunds
      FROM (
        SELECT r.id, r.status,
          (SELECT count(*) FROM quota_ledger l
            WHERE l.request_id = r.id AND l.kind = 'refund') AS refunds
        FROM book_request r) AS refunded
      WHERE refunds <> CASE WHEN status IN ('rejected', 'cancelled') THEN 1 ELSE 0 END
      LIMIT ?""";

  private static final String COUNTED_TWICE =
      """
      SELECT request_id, period_key, counts
      FROM (
        SELECT l.request_id, l.period_key,
          sum(CASE l.kind WHEN 'refund' THEN -1 ELSE l.amount END) AS counts
        FROM quota_ledger l
        WHERE l.request_id IS NOT NULL
        GROUP BY l.request_id, l.period_key) AS sums
      WHERE counts NOT IN (0, 1)
      LIMIT ?""";

  private static final String WRONGLY_BLOCKED =
      """
      SELECT creator_id, user_id FROM membership
      WHERE blocked_at IS NOT NULL AND ended_at IS NULL
      LIMIT ?""";

  private final Transaction tx;

  LedgerCheck(Transaction tx) {
    this.tx = tx;
  }

  long countLines() {
    return tx.query("SELECT count(*) AS amount FROM quota_ledger")
        .single(row -> row.getLong("amount"));
  }

  List<InvariantViolation> membershipsAgreeWithLedger() {
    return tx.query(WRONG_SUMS, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    1,
                    "supporter %s of creator %s: used is %s, the ledger says %s; granted is %s, the ledger says %s"
                        .formatted(
                            row.getUser("user_id"),
                            row.getUser("creator_id"),
                            row.getInt("used"),
                            row.getLong("ledger_used"),
                            row.getInt("granted"),
                            row.getLong("ledger_granted"))));
  }

  /** The supporter's period that a line counts in. */
  private record LedgerPeriod(UserId creator, UserId user, String key) {}

  /** Replays each supporter's lines in order, keeping a running total. */
  List<InvariantViolation> consumptionsStayWithinAllowance() {
    var breaches = new ArrayList<InvariantViolation>();
    var used = new HashMap<LedgerPeriod, Integer>();
    tx.query(LINES_OF_REQUESTS)
        .forEach(
            line -> {
              String kind = line.getString("kind");
              var period =
                  new LedgerPeriod(
                      line.getUser("creator_id"),
                      line.getUser("user_id"),
                      line.getString("period_key"));
              int change = kind.equals("refund") ? -1 : line.getInt("amount");
              int now = used.merge(period, change, Integer::sum);
              int usedAfter = line.getInt("used_after");
              Integer allowed = line.findInt("allowed");
              boolean beyond = kind.equals("consume") && allowed != null && now > allowed;
              if ((now != usedAfter || now < 0 || beyond) && breaches.size() < MAX_BREACHES) {
                breaches.add(
                    new InvariantViolation(
                        1,
                        "ledger line %s of supporter %s with creator %s: used %s of %s, the line says %s"
                            .formatted(
                                line.getLong("id"),
                                period.user,
                                period.creator,
                                now,
                                allowed == null ? "any number" : allowed,
                                usedAfter)));
              }
            });
    return breaches;
  }

  List<InvariantViolation> everyRequestIsConsumedOnce() {
    return tx.query(WRONGLY_CONSUMED, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    1,
                    "request %s was taken from the quota %s times instead of once"
                        .formatted(row.getLong("id"), row.getInt("lines"))));
  }

  List<InvariantViolation> requestsCountOnceInAPeriod() {
    return tx.query(COUNTED_TWICE, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    1,
                    "request %s counts %s times in the period %s"
                        .formatted(
                            row.getLong("request_id"),
                            row.getLong("counts"),
                            row.getString("period_key"))));
  }

  List<InvariantViolation> blockedPeopleAreNoSupporters() {
    return tx.query(WRONGLY_BLOCKED, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    5,
                    "user %s supports creator %s, who has blocked them"
                        .formatted(row.getUser("user_id"), row.getUser("creator_id"))));
  }

  List<InvariantViolation> refundsFollowStatus() {
    return tx.query(WRONGLY_REFUNDED, MAX_BREACHES)
        .list(
            row ->
                new InvariantViolation(
                    2,
                    "request %s is %s and was refunded %s times"
                        .formatted(
                            row.getLong("id"), row.getString("status"), row.getInt("refunds"))));
  }
}
