package io.bookbell.server.quota;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.Ledger.PeriodUse;
import io.bookbell.server.quota.Ledger.RefundedRequest;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Refunds of many requests of one supporter, whose membership is locked. What is left of each
 * period is counted down here instead of being read for each request.
 */
final class RefundBatch {
  private static final String PERIODS_OF_REQUESTS =
      """
      SELECT own.id AS id, own.request_id AS request_id, own.period_key AS period_key,
        own.counter AS counter, (
        SELECT sum(CASE line.kind WHEN 'refund' THEN -1 ELSE line.amount END)
        FROM quota_ledger line
        WHERE line.request_id = own.request_id AND line.period_key = own.period_key) AS counts
      FROM quota_ledger own
      WHERE own.request_id IN (?) AND own.kind IN ('consume', 'carry') AND own.amount > 0""";

  private final Transaction tx;
  private final Membership membership;
  private final SharedCounter sharedCounter;
  private final UserId actor;
  private final Map<String, Integer> used;

  RefundBatch(Transaction tx, Membership membership, SharedCounter sharedCounter, UserId actor) {
    this.tx = tx;
    this.membership = membership;
    this.sharedCounter = sharedCounter;
    this.actor = actor;
    this.used = countUsedByPeriod(tx, membership.creator(), membership.user());
  }

  /** Returns how many requests count in each period. */
  private static Map<String, Integer> countUsedByPeriod(
      Transaction tx, UserId creator, UserId user) {
    return new HashMap<>(
        tx.query(
                "SELECT period_key, coalesce(sum("
                    + Ledger.USED_DELTA
                    + "), 0) AS used FROM quota_ledger"
                    + " WHERE creator_id = ? AND user_id = ? GROUP BY period_key",
                creator,
                user)
            .map(row -> row.getString("period_key"), row -> row.getInt("used")));
  }

  /**
   * Writes the ledger lines.
   *
   * @param titles the titles of the books, by the requests' ids
   */
  void addLines(Map<Long, String> titles) {
    Map<Long, List<PeriodUse>> periods = findPeriods(tx, titles.keySet());
    titles.forEach(
        (request, title) -> addLines(request, title, requireNonNull(periods.get(request))));
  }

  private void addLines(long request, String title, List<PeriodUse> periods) {
    List<PeriodUse> current =
        periods.stream().map(use -> use.withUsed(used.getOrDefault(use.period(), 0))).toList();
    boolean shared =
        current.getFirst().shared()
            && sharedCounter.refund(tx, membership.creator(), membership.user());
    addRefund(tx, membership, current, request, title, actor, shared);
    current.forEach(use -> used.put(use.period(), use.usedWithout()));
  }

  /**
   * Adds the lines of one request's refund to the ledger.
   *
   * @param shared whether it is also given back to the {@link SharedCounter}
   */
  static void addRefund(
      Transaction tx,
      Membership membership,
      List<PeriodUse> periods,
      long request,
      String title,
      UserId actor,
      boolean shared) {
    var refunded =
        new RefundedRequest(
            membership.creator(),
            membership.user(),
            request,
            title,
            membership.requestsAllowed(),
            actor,
            tx.now(),
            shared);
    Ledger.refundLines(refunded, periods)
        .forEach(line -> tx.enqueue(Ledger.INSERT, Ledger.valuesOf(line)));
  }

  /** The periods in which requests count, by the requests' ids, without what else counts there. */
  private static Map<Long, List<PeriodUse>> findPeriods(Transaction tx, Collection<Long> requests) {
    return tx.query(PERIODS_OF_REQUESTS, requests).list(ConsumedLine::of).stream()
        .sorted(Comparator.comparingLong(ConsumedLine::id))
        .collect(groupingBy(ConsumedLine::request, mapping(ConsumedLine::use, toList())));
  }

  /** A line by which a request counts in a period. */
  private record ConsumedLine(long id, long request, PeriodUse use) {
    static ConsumedLine of(SqlRow row) throws SQLException {
      var use =
          new PeriodUse(
              row.getString("period_key"),
              0,
              row.getInt("counts") > 0,
              row.findString("counter") != null,
              null,
              false);
      return new ConsumedLine(row.getLong("id"), row.getLong("request_id"), use);
    }
  }

  /** The membership when all lines are written. */
  Membership membershipAfter() {
    Instant turnsAt = membership.turnsAt();
    if (membership.tier().period() == Period.ROLLING) { // another may be the next to drop out
      PeriodContent left =
          PeriodContent.read(tx, membership.creator(), membership.user(), membership.periodKey());
      turnsAt = membership.schedule().expiryOf(left.earliest());
    }
    int left = used.getOrDefault(membership.periodKey(), 0);
    return membership.withUsage(left, membership.granted(), turnsAt);
  }
}
