package io.bookbell.server.quota;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.QUOTA_LEDGER;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.when;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.RowInsert;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.List;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jspecify.annotations.Nullable;

/**
 * The append-only record of every request taken, given back or granted. Thread-safe: it keeps
 * nothing between calls.
 *
 * <p>For a consumption and a refund, {@code reason} is the title of the book.
 */
public final class Ledger {
  static final String CONSUME = "consume";
  static final String REFUND = "refund";
  static final String GRANT = "grant";

  private static final int MOST_ENTRIES = 200;

  private static final RowInsert<Line> ADD =
      RowInsert.<Line>into(QUOTA_LEDGER)
          .set(QUOTA_LEDGER.CREATOR_ID, Line::creator)
          .set(QUOTA_LEDGER.USER_ID, Line::user)
          .set(QUOTA_LEDGER.KIND, Line::kind)
          .set(QUOTA_LEDGER.AMOUNT, Line::amount)
          .set(QUOTA_LEDGER.REQUEST_ID, Line::request)
          .set(QUOTA_LEDGER.PERIOD_KEY, Line::period)
          .set(QUOTA_LEDGER.USED_AFTER, Line::usedAfter)
          .set(QUOTA_LEDGER.ALLOWED, Line::allowed)
          .set(QUOTA_LEDGER.REASON, Line::reason)
          .set(QUOTA_LEDGER.ACTOR_ID, Line::actor)
          .set(QUOTA_LEDGER.CREATED_AT, Line::at)
          .rows();

  private Ledger() {}

  /** Adds a line about the membership as it is after the change. */
  static long add(
      Transaction tx,
      Membership after,
      String period,
      String kind,
      int amount,
      @Nullable Long request,
      String reason,
      UserId actor) {
    var line =
        new Line(
            after.creator(),
            after.user(),
            kind,
            amount,
            request,
            period,
            after.used(),
            after.allowed(),
            reason,
            actor,
            tx.now());
    return ADD.numbered(tx, line, QUOTA_LEDGER.ID);
  }

  private record Line(
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

  /** Consumed less refunded in a period. */
  static int used(Transaction tx, UserId creator, UserId user, String period) {
    Field<Integer> signed =
        when(QUOTA_LEDGER.KIND.eq(CONSUME), 1).when(QUOTA_LEDGER.KIND.eq(REFUND), -1).otherwise(0);
    return total(tx, signed, of(creator, user).and(QUOTA_LEDGER.PERIOD_KEY.eq(period)));
  }

  static int granted(Transaction tx, UserId creator, UserId user, String period) {
    return total(
        tx,
        QUOTA_LEDGER.AMOUNT,
        of(creator, user).and(QUOTA_LEDGER.PERIOD_KEY.eq(period)).and(QUOTA_LEDGER.KIND.eq(GRANT)));
  }

  private static int total(Transaction tx, Field<Integer> amount, Condition which) {
    return tx.sql()
        .select(coalesce(sum(amount), inline(java.math.BigDecimal.ZERO)))
        .from(QUOTA_LEDGER)
        .where(which)
        .fetchSingle()
        .value1()
        .intValueExact();
  }

  /** The period from which a request was taken. */
  static String periodOf(Transaction tx, long request) {
    return tx.sql()
        .select(QUOTA_LEDGER.PERIOD_KEY)
        .from(QUOTA_LEDGER)
        .where(QUOTA_LEDGER.REQUEST_ID.eq(request))
        .and(QUOTA_LEDGER.KIND.eq(CONSUME))
        .fetchSingle()
        .value1();
  }

  /** The newest lines that explain a quota, newest first. */
  static List<LedgerEntry> entries(Transaction tx, UserId creator, UserId user) {
    return select(tx, of(creator, user))
        .orderBy(QUOTA_LEDGER.ID.desc())
        .limit(MOST_ENTRIES)
        .fetch(Ledger::entry);
  }

  static LedgerEntry entry(Transaction tx, UserId creator, UserId user, long id) {
    return select(tx, of(creator, user).and(QUOTA_LEDGER.ID.eq(id))).fetchSingle(Ledger::entry);
  }

  private static SelectConditionStep<Record> select(Transaction tx, Condition which) {
    return tx.sql()
        .select(QUOTA_LEDGER.fields())
        .select(APP_USER.DISPLAY_NAME)
        .from(QUOTA_LEDGER)
        .join(APP_USER)
        .on(APP_USER.ID.eq(QUOTA_LEDGER.ACTOR_ID))
        .where(which);
  }

  private static LedgerEntry entry(Record row) {
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

  private static Condition of(UserId creator, UserId user) {
    return QUOTA_LEDGER.CREATOR_ID.eq(creator).and(QUOTA_LEDGER.USER_ID.eq(user));
  }

  /**
   * A line as it is shown.
   *
   * @param title the book, for a consumption or a refund
   * @param reason the admin's word, for a grant
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
