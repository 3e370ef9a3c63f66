package io.bookbell.server.quota;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.QUOTA_LEDGER;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.when;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.RowInsert;
import io.bookbell.server.storage.Transaction;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Record2;
import org.jooq.SelectConditionStep;
import org.jooq.SelectHavingStep;
import org.jspecify.annotations.Nullable;

/**
 * The append-only quota ledger: consumptions, refunds, grants and carries. Thread-safe and
 * stateless.
 *
 * <p>The {@code reason} of a consumption, refund or carry is the title of the book.
 */
public final class Ledger {
  static final String CONSUME = "consume";
  static final String REFUND = "refund";
  static final String GRANT = "grant";
  static final String CARRY = "carry";

  private static final int MOST_ENTRIES = 200;

  private static final RowInsert<LedgerRow> ADD =
      RowInsert.<LedgerRow>insertInto(QUOTA_LEDGER)
          .setColumn(QUOTA_LEDGER.CREATOR_ID, LedgerRow::creator)
          .setColumn(QUOTA_LEDGER.USER_ID, LedgerRow::user)
          .setColumn(QUOTA_LEDGER.KIND, LedgerRow::kind)
          .setColumn(QUOTA_LEDGER.AMOUNT, LedgerRow::amount)
          .setColumn(QUOTA_LEDGER.REQUEST_ID, LedgerRow::request)
          .setColumn(QUOTA_LEDGER.PERIOD_KEY, LedgerRow::period)
          .setColumn(QUOTA_LEDGER.USED_AFTER, LedgerRow::usedAfter)
          .setColumn(QUOTA_LEDGER.ALLOWED, LedgerRow::allowed)
          .setColumn(QUOTA_LEDGER.REASON, LedgerRow::reason)
          .setColumn(QUOTA_LEDGER.ACTOR_ID, LedgerRow::actor)
          .setColumn(QUOTA_LEDGER.CREATED_AT, LedgerRow::at)
          .failOnConflict();

  private Ledger() {}

  /**
   * Adds a ledger line.
   *
   * @param after the membership after the change
   * @param period the period that the line counts in
   */
  static long addEntry(
      Transaction tx,
      Membership after,
      String period,
      String kind,
      int amount,
      @Nullable Long request,
      String reason,
      UserId actor) {
    var ledgerRow =
        new LedgerRow(
            after.creator(),
            after.user(),
            kind,
            amount,
            request,
            period,
            after.used(),
            after.requestsAllowed(),
            reason,
            actor,
            tx.now());
    return ADD.insertNumbered(tx, ledgerRow, QUOTA_LEDGER.ID);
  }

  private record LedgerRow(
      UserId creator,
      UserId user,
      String kind,
      int amount,
      @Nullable Long request,
      String period,
      int usedAfter,
      int allowed,
      String reason,
      UserId actor,
      Instant at) {}

  /** The effect of a line on the number of used requests. */
  private static Field<Integer> usedDelta() {
    return when(QUOTA_LEDGER.KIND.eq(GRANT), 0)
        .when(QUOTA_LEDGER.KIND.eq(REFUND), -1)
        .otherwise(QUOTA_LEDGER.AMOUNT);
  }

  /**
   * Returns the number of requests that count in a period: consumed in it or carried into it, and
   * not refunded.
   */
  static int countUsed(Transaction tx, UserId creator, UserId user, String period) {
    return sumWhere(
        tx, usedDelta(), matchesMembership(creator, user).and(QUOTA_LEDGER.PERIOD_KEY.eq(period)));
  }

  /** Returns the number of requests that count in at least one of two periods. */
  static int countUsedInEither(
      Transaction tx, UserId creator, UserId user, String one, String other) {
    return selectRequests(
            tx, matchesMembership(creator, user).and(QUOTA_LEDGER.PERIOD_KEY.in(one, other)))
        .having(sum(usedDelta()).gt(BigDecimal.ZERO))
        .fetch()
        .size();
  }

  /**
   * Carries every request that counts in one period into another, unless it already counts there.
   *
   * @param membership locked, as of the other period
   */
  static void carryOver(Transaction tx, Membership membership, String from, String to) {
    Condition whose = matchesMembership(membership.creator(), membership.user());
    Condition counts = sum(usedDelta()).gt(BigDecimal.ZERO);
    var there =
        selectRequests(tx, whose.and(QUOTA_LEDGER.PERIOD_KEY.eq(to)))
            .having(counts)
            .fetchSet(QUOTA_LEDGER.REQUEST_ID);
    var missing =
        selectRequests(tx, whose.and(QUOTA_LEDGER.PERIOD_KEY.eq(from)))
            .having(counts)
            .orderBy(QUOTA_LEDGER.REQUEST_ID)
            .fetch()
            .stream()
            .filter(row -> !there.contains(row.value1()))
            .toList();
    var lines = new ArrayList<LedgerRow>();
    for (var row : missing) {
      lines.add(
          new LedgerRow(
              membership.creator(),
              membership.user(),
              CARRY,
              1,
              row.value1(),
              to,
              there.size() + lines.size() + 1,
              membership.requestsAllowed(),
              row.value2(),
              membership.creator(),
              tx.now()));
    }
    ADD.insert(tx, lines);
  }

  /**
   * Selects requests with their titles, grouped by request; the caller adds a HAVING clause for
   * those that count.
   */
  private static SelectHavingStep<Record2<Long, String>> selectRequests(
      Transaction tx, Condition which) {
    return tx.sql()
        .select(QUOTA_LEDGER.REQUEST_ID, max(QUOTA_LEDGER.REASON))
        .from(QUOTA_LEDGER)
        .where(which)
        .and(QUOTA_LEDGER.KIND.ne(GRANT))
        .groupBy(QUOTA_LEDGER.REQUEST_ID);
  }

  static int sumGranted(Transaction tx, UserId creator, UserId user, String period) {
    return sumWhere(
        tx,
        QUOTA_LEDGER.AMOUNT,
        matchesMembership(creator, user)
            .and(QUOTA_LEDGER.PERIOD_KEY.eq(period))
            .and(QUOTA_LEDGER.KIND.eq(GRANT)));
  }

  private static int sumWhere(Transaction tx, Field<Integer> amount, Condition which) {
    return tx.sql()
        .select(coalesce(sum(amount), inline(BigDecimal.ZERO)))
        .from(QUOTA_LEDGER)
        .where(which)
        .fetchSingle()
        .value1()
        .intValueExact();
  }

  /**
   * Returns the periods in which a request counts: that of its consumption first, then those it was
   * carried into.
   */
  static List<String> findPeriods(Transaction tx, long request) {
    return tx.sql()
        .select(QUOTA_LEDGER.PERIOD_KEY)
        .from(QUOTA_LEDGER)
        .where(QUOTA_LEDGER.REQUEST_ID.eq(request))
        .and(QUOTA_LEDGER.KIND.in(CONSUME, CARRY))
        .orderBy(QUOTA_LEDGER.ID)
        .fetch(QUOTA_LEDGER.PERIOD_KEY);
  }

  /** Returns the newest lines of a supporter's ledger, newest first, at most 200. */
  static List<LedgerEntry> findEntries(Transaction tx, UserId creator, UserId user) {
    return selectEntries(tx, matchesMembership(creator, user))
        .orderBy(QUOTA_LEDGER.ID.desc())
        .limit(MOST_ENTRIES)
        .fetch(Ledger::toEntry);
  }

  static LedgerEntry findEntry(Transaction tx, UserId creator, UserId user, long id) {
    return selectEntries(tx, matchesMembership(creator, user).and(QUOTA_LEDGER.ID.eq(id)))
        .fetchSingle(Ledger::toEntry);
  }

  private static SelectConditionStep<Record> selectEntries(Transaction tx, Condition which) {
    return tx.sql()
        .select(QUOTA_LEDGER.fields())
        .select(APP_USER.DISPLAY_NAME)
        .from(QUOTA_LEDGER)
        .join(APP_USER)
        .on(APP_USER.ID.eq(QUOTA_LEDGER.ACTOR_ID))
        .where(which);
  }

  private static LedgerEntry toEntry(Record row) {
    String kind = row.get(QUOTA_LEDGER.KIND);
    String reason = row.get(QUOTA_LEDGER.REASON);
    boolean grant = GRANT.equals(kind);
    return new LedgerEntry(
        row.get(QUOTA_LEDGER.ID),
        kind,
        row.get(QUOTA_LEDGER.AMOUNT),
        row.get(QUOTA_LEDGER.REQUEST_ID),
        grant ? null : reason,
        row.get(QUOTA_LEDGER.PERIOD_KEY),
        grant ? reason : null,
        row.get(APP_USER.DISPLAY_NAME),
        row.get(QUOTA_LEDGER.CREATED_AT));
  }

  private static Condition matchesMembership(UserId creator, UserId user) {
    return QUOTA_LEDGER.CREATOR_ID.eq(creator).and(QUOTA_LEDGER.USER_ID.eq(user));
  }

  /**
   * A ledger line as clients see it.
   *
   * @param title of the book; null for a grant
   * @param reason the admin's reason, for a grant; otherwise null
   */
  public record LedgerEntry(
      long id,
      String kind,
      int amount,
      @Nullable Long bookRequestId,
      @Nullable String title,
      String period,
      @Nullable String reason,
      String actorName,
      Instant createdAt) {}
}
