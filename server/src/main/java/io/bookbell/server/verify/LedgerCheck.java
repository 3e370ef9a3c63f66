package io.bookbell.server.verify;

import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static io.bookbell.server.storage.schema.Tables.MEMBERSHIP;
import static io.bookbell.server.storage.schema.Tables.QUOTA_LEDGER;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.when;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.verify.InvariantVerifier.InvariantViolation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jooq.Cursor;
import org.jooq.Field;

/**
 * Invariants 1 and 2: quotas equal the sum of their ledger lines, and a request is refunded at most
 * once.
 */
final class LedgerCheck {
  private static final int MOST_BREACHES = 20;

  private final Transaction tx;

  LedgerCheck(Transaction tx) {
    this.tx = tx;
  }

  long countLines() {
    return tx.sql().fetchCount(QUOTA_LEDGER);
  }

  List<InvariantViolation> membershipsAgreeWithLedger() {
    Field<Integer> used =
        when(QUOTA_LEDGER.KIND.eq("grant"), 0)
            .when(QUOTA_LEDGER.KIND.eq("refund"), -1)
            .otherwise(QUOTA_LEDGER.AMOUNT);
    Field<Integer> granted = when(QUOTA_LEDGER.KIND.eq("grant"), QUOTA_LEDGER.AMOUNT).otherwise(0);
    Field<BigDecimal> ledgerUsed = sumOfLines(used);
    Field<BigDecimal> ledgerGranted = sumOfLines(granted);
    return tx.sql()
        .select(
            MEMBERSHIP.CREATOR_ID,
            MEMBERSHIP.USER_ID,
            MEMBERSHIP.USED,
            ledgerUsed,
            MEMBERSHIP.GRANTED,
            ledgerGranted)
        .from(MEMBERSHIP)
        .where(ledgerUsed.ne(MEMBERSHIP.USED.cast(BigDecimal.class)))
        .or(ledgerGranted.ne(MEMBERSHIP.GRANTED.cast(BigDecimal.class)))
        .limit(MOST_BREACHES)
        .fetch(
            row ->
                new InvariantViolation(
                    1,
                    "supporter %s of creator %s: used is %s, the ledger says %s; granted is %s, the ledger says %s"
                        .formatted(
                            row.value2(),
                            row.value1(),
                            row.value3(),
                            row.value4(),
                            row.value5(),
                            row.value6())));
  }

  private static Field<BigDecimal> sumOfLines(Field<Integer> amount) {
    return field(
        select(coalesce(sum(amount), inline(BigDecimal.ZERO)))
            .from(QUOTA_LEDGER)
            .where(QUOTA_LEDGER.CREATOR_ID.eq(MEMBERSHIP.CREATOR_ID))
            .and(QUOTA_LEDGER.USER_ID.eq(MEMBERSHIP.USER_ID))
            .and(QUOTA_LEDGER.PERIOD_KEY.eq(MEMBERSHIP.PERIOD_KEY)));
  }

  /** Replays each supporter's lines in order, keeping a running total. */
  List<InvariantViolation> consumptionsStayWithinAllowance() {
    var breaches = new ArrayList<InvariantViolation>();
    var used = new HashMap<List<Object>, Integer>();
    try (Cursor<?> lines =
        tx.sql()
            .selectFrom(QUOTA_LEDGER)
            .where(QUOTA_LEDGER.KIND.ne("grant"))
            .orderBy(QUOTA_LEDGER.ID)
            .fetchSize(1000)
            .fetchLazy()) {
      for (var line : lines) {
        boolean consumption = line.get(QUOTA_LEDGER.KIND).equals("consume");
        List<Object> whose =
            List.of(
                line.get(QUOTA_LEDGER.CREATOR_ID),
                line.get(QUOTA_LEDGER.USER_ID),
                line.get(QUOTA_LEDGER.PERIOD_KEY));
        boolean refund = line.get(QUOTA_LEDGER.KIND).equals("refund");
        int now = used.merge(whose, refund ? -1 : line.get(QUOTA_LEDGER.AMOUNT), Integer::sum);
        boolean beyond = consumption && now > line.get(QUOTA_LEDGER.ALLOWED);
        if ((now != line.get(QUOTA_LEDGER.USED_AFTER) || now < 0 || beyond)
            && breaches.size() < MOST_BREACHES) {
          breaches.add(
              new InvariantViolation(
                  1,
                  "ledger line %s of supporter %s with creator %s: used %s of %s, the line says %s"
                      .formatted(
                          line.get(QUOTA_LEDGER.ID),
                          whose.get(1),
                          whose.get(0),
                          now,
                          line.get(QUOTA_LEDGER.ALLOWED),
                          line.get(QUOTA_LEDGER.USED_AFTER))));
        }
      }
    }
    return breaches;
  }

  List<InvariantViolation> everyRequestIsConsumedOnce() {
    Field<Integer> lines = lineCount("consume");
    return tx.sql()
        .select(BOOK_REQUEST.ID, lines)
        .from(BOOK_REQUEST)
        .where(lines.ne(1))
        .limit(MOST_BREACHES)
        .fetch(
            row ->
                new InvariantViolation(
                    1,
                    "request %s was taken from the quota %s times instead of once"
                        .formatted(row.value1(), row.value2())));
  }

  List<InvariantViolation> refundsFollowStatus() {
    Field<Integer> refunds = lineCount("refund");
    Field<Integer> expected = when(BOOK_REQUEST.STATUS.in("rejected", "cancelled"), 1).otherwise(0);
    return tx.sql()
        .select(BOOK_REQUEST.ID, BOOK_REQUEST.STATUS, refunds)
        .from(BOOK_REQUEST)
        .where(refunds.ne(expected))
        .limit(MOST_BREACHES)
        .fetch(
            row ->
                new InvariantViolation(
                    2,
                    "request %s is %s and was refunded %s times"
                        .formatted(row.value1(), row.value2(), row.value3())));
  }

  private static Field<Integer> lineCount(String kind) {
    return field(
        select(count())
            .from(QUOTA_LEDGER)
            .where(QUOTA_LEDGER.REQUEST_ID.eq(BOOK_REQUEST.ID))
            .and(QUOTA_LEDGER.KIND.eq(kind)));
  }
}
