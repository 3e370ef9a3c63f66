package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlLookup;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The append-only quota ledger: consumptions, refunds, grants, carries, what was imported, and what
 * has stopped counting in rolling days. Thread-safe and stateless.
 *
 * <p>The {@code reason} of a consumption, refund or carry is the title of the book. An import line
 * counts requests that the replaced system had counted and that are no requests here.
 */
public final class Ledger {
  static final String CONSUME = "consume";
  static final String REFUND = "refund";
  static final String GRANT = "grant";
  static final String CARRY = "carry";
  static final String IMPORT = "import";

  /** A request of longer ago than the rolling days, or the opposite when it is refunded later. */
  static final String EXPIRE = "expire";

  /** The end of a grant of longer ago than the rolling days. */
  static final String LAPSE = "lapse";

  private static final int MAX_ENTRIES = 200;

  /** The name of the {@link SharedCounter}. */
  private static final String LEGACY = "legacy";

  /** The name of Bookbell's own counter, for clients. */
  static final String OWN = "own";

  static final String INSERT =
      """
      INSERT INTO quota_ledger (creator_id, user_id, kind, amount, request_id, period_key,
        used_after, allowed, reason, actor_id, created_at, counter)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  /** The effect of a line on the number of used requests. */
  static final String USED_DELTA =
      "CASE WHEN kind IN ('grant', 'lapse') THEN 0 WHEN kind = 'refund' THEN -1 ELSE amount END";

  private static final String ENTRIES =
      """
      SELECT l.id AS id, l.kind AS kind, l.amount AS amount, l.request_id AS request_id,
        l.period_key AS period_key, l.reason AS reason, l.created_at AS created_at,
        u.display_name AS display_name, l.counter AS counter
      FROM quota_ledger l
      JOIN app_user u ON u.id = l.actor_id
      """;

  private static final SqlLookup<Long, PeriodUse> PERIODS_OF_REQUEST =
      new SqlLookup<>(
          """
      SELECT own.request_id AS request_id, own.period_key AS period_key, own.counter AS counter, (
        SELECT coalesce(sum(CASE WHEN line.kind IN ('grant', 'lapse') THEN 0
          WHEN line.kind = 'refund' THEN -1 ELSE line.amount END), 0)
        FROM quota_ledger line
        WHERE line.creator_id = own.creator_id AND line.user_id = own.user_id
        AND line.period_key = own.period_key) AS used, (
        SELECT sum(CASE line.kind WHEN 'refund' THEN -1 ELSE line.amount END)
        FROM quota_ledger line
        WHERE line.request_id = own.request_id AND line.period_key = own.period_key) AS counts,
        CASE WHEN own.period_key LIKE 'roll%' THEN (
          SELECT min(made.created_at)
          FROM quota_ledger made
          WHERE made.creator_id = own.creator_id AND made.user_id = own.user_id
          AND made.kind = 'consume' AND made.request_id <> own.request_id
          AND (
            SELECT sum(CASE line.kind WHEN 'refund' THEN -1 ELSE line.amount END)
            FROM quota_ledger line
            WHERE line.request_id = made.request_id AND line.period_key = own.period_key) > 0)
          END AS others_since,
        own.period_key LIKE 'roll%' AND EXISTS (
          SELECT 1 FROM quota_ledger line
          WHERE line.creator_id = own.creator_id AND line.user_id = own.user_id
          AND line.period_key = own.period_key AND line.kind IN ('grant', 'import'))
          AS has_other_lines
      FROM quota_ledger own
      WHERE own.request_id IN (VALUES (CAST(? AS bigint))) AND own.kind IN ('consume', 'carry')
      AND own.amount > 0
      ORDER BY own.id""",
          ValueReader::values,
          row -> row.getLong("request_id"),
          row ->
              new PeriodUse(
                  row.getString("period_key"),
                  row.getInt("used"),
                  row.getInt("counts") > 0,
                  row.findString("counter") != null,
                  row.findTime("others_since"),
                  row.getBoolean("has_other_lines")));

  private Ledger() {}

  /**
   * Adds a ledger line.
   *
   * @param after the membership after the change
   * @param period the period that the line counts in
   * @param shared whether the {@link SharedCounter} was changed, too
   */
  static void addEntry(
      Transaction tx,
      Membership after,
      String period,
      String kind,
      int amount,
      @Nullable Long request,
      String reason,
      UserId actor,
      boolean shared) {
    var row =
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
            tx.now(),
            shared);
    tx.enqueue(INSERT, valuesOf(row));
  }

  /**
   * Adds the ledger line of a grant.
   *
   * @param after the membership after the change
   * @return its id
   */
  static long addGrant(Transaction tx, Membership after, int amount, String reason, UserId actor) {
    var row =
        new LedgerRow(
            after.creator(),
            after.user(),
            GRANT,
            amount,
            null,
            after.periodKey(),
            after.used(),
            after.requestsAllowed(),
            reason,
            actor,
            tx.now());
    return tx.query(INSERT + " RETURNING id", valuesOf(row))
        .single(inserted -> inserted.getLong("id"));
  }

  /**
   * The columns of a new line.
   *
   * @param shared whether the {@link SharedCounter} was changed, too
   */
  record LedgerRow(
      UserId creator,
      UserId user,
      String kind,
      int amount,
      @Nullable Long request,
      String period,
      int usedAfter,
      @Nullable Integer allowed,
      @Nullable String reason,
      UserId actor,
      Instant at,
      boolean shared) {
    /** Creates a line of Bookbell's own counter. */
    LedgerRow(
        UserId creator,
        UserId user,
        String kind,
        int amount,
        @Nullable Long request,
        String period,
        int usedAfter,
        @Nullable Integer allowed,
        @Nullable String reason,
        UserId actor,
        Instant at) {
      this(
          creator, user, kind, amount, request, period, usedAfter, allowed, reason, actor, at,
          false);
    }
  }

  static @Nullable Object[] valuesOf(LedgerRow row) {
    return ValueReader.values(
        row.creator,
        row.user,
        row.kind,
        row.amount,
        row.request,
        row.period,
        row.usedAfter,
        row.allowed,
        row.reason,
        row.actor,
        row.at,
        row.shared ? LEGACY : null);
  }

  /**
   * Returns the number of requests that count in a period: consumed in it or carried into it, and
   * not refunded.
   */
  static int countUsed(Transaction tx, UserId creator, UserId user, String period) {
    return tx.query(
            "SELECT coalesce(sum("
                + USED_DELTA
                + "), 0) AS used FROM quota_ledger"
                + " WHERE creator_id = ? AND user_id = ? AND period_key = ?",
            creator,
            user,
            period)
        .single(row -> row.getInt("used"));
  }

  /** A line that counts requests which are no requests here. */
  static LedgerRow importLine(
      UserId creator,
      UserId user,
      String period,
      int amount,
      int usedAfter,
      int allowed,
      Instant at) {
    return new LedgerRow(
        creator, user, IMPORT, amount, null, period, usedAfter, allowed, null, creator, at);
  }

  /**
   * A period in which a request was counted.
   *
   * @param used how many requests count in it
   * @param counts whether the request still does; false if its time is over in rolling days
   * @param shared whether the request was also taken from the {@link SharedCounter}
   * @param othersSince of rolling days, when the earliest other request that counts was made
   * @param hasOtherLines of rolling days, whether not only requests drop out of them
   */
  record PeriodUse(
      String period,
      int used,
      boolean counts,
      boolean shared,
      @Nullable Instant othersSince,
      boolean hasOtherLines) {
    int usedWithout() {
      return counts ? used - 1 : used;
    }

    PeriodUse withUsed(int usedNow) {
      return new PeriodUse(period, usedNow, counts, shared, othersSince, hasOtherLines);
    }
  }

  /**
   * The refund of one request.
   *
   * @param shared whether it is also given back to the {@link SharedCounter}
   */
  record RefundedRequest(
      UserId creator,
      UserId user,
      long request,
      @Nullable String title,
      @Nullable Integer allowed,
      UserId actor,
      Instant at,
      boolean shared) {}

  /**
   * Returns the lines of a refund: in the period of the consumption, and in those the request was
   * carried into. Where its time is over, it is put back before it is refunded.
   */
  static List<LedgerRow> refundLines(RefundedRequest refunded, List<PeriodUse> periods) {
    var lines = new ArrayList<LedgerRow>();
    for (PeriodUse use : periods) {
      boolean first = use.equals(periods.getFirst());
      if (first && !use.counts) {
        lines.add(lineOf(refunded, use.period, EXPIRE, 1, use.used + 1));
      }
      if (first) {
        lines.add(lineOf(refunded, use.period, REFUND, 1, use.usedWithout()));
      } else if (use.counts) {
        lines.add(lineOf(refunded, use.period, CARRY, -1, use.used - 1));
      }
    }
    return lines;
  }

  private static LedgerRow lineOf(
      RefundedRequest refunded, String period, String kind, int amount, int usedAfter) {
    return new LedgerRow(
        refunded.creator,
        refunded.user,
        kind,
        amount,
        refunded.request,
        period,
        usedAfter,
        refunded.allowed,
        refunded.title,
        refunded.actor,
        refunded.at,
        refunded.shared && kind.equals(REFUND));
  }

  /**
   * Reads the periods in which a request counts: that of its consumption first, then those it was
   * carried into.
   */
  static PendingResult<List<PeriodUse>> findPeriodsLater(Transaction tx, long request) {
    return tx.lookUp(PERIODS_OF_REQUEST, request);
  }

  /** Reads the newest lines of a supporter's ledger, newest first, at most 200. */
  static Supplier<List<LedgerEntry>> findEntriesLater(Transaction tx, UserId creator, UserId user) {
    PendingResult<List<LedgerEntry>> lines =
        tx.query(
                ENTRIES + "WHERE l.creator_id = ? AND l.user_id = ? ORDER BY l.id DESC LIMIT ?",
                creator,
                user,
                MAX_ENTRIES)
            .later(Ledger::toEntry);
    PendingResult<List<LedgerEntry>> moves = TierLines.findLater(tx, creator, user, MAX_ENTRIES);
    return () -> TierLines.addTo(lines.get(), moves.get(), MAX_ENTRIES);
  }

  static LedgerEntry findEntry(Transaction tx, UserId creator, UserId user, long id) {
    return tx.query(
            ENTRIES + "WHERE l.creator_id = ? AND l.user_id = ? AND l.id = ?", creator, user, id)
        .single(Ledger::toEntry);
  }

  private static LedgerEntry toEntry(SqlRow row) throws SQLException {
    String kind = row.getString("kind");
    @Nullable String reason = row.findString("reason");
    boolean grant = GRANT.equals(kind);
    return new LedgerEntry(
        row.getLong("id"),
        kind,
        row.getInt("amount"),
        row.findLong("request_id"),
        grant ? null : reason,
        row.getString("period_key"),
        grant ? reason : null,
        row.getString("display_name"),
        row.getTime("created_at"),
        row.findString("counter") == null ? OWN : LEGACY);
  }

  /**
   * A ledger line as clients see it.
   *
   * @param title of the book; null for a grant
   * @param reason the admin's reason, for a grant; otherwise null
   * @param counter {@code legacy} if the replaced system's counter was changed, too, otherwise
   *     {@code own}
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
      Instant createdAt,
      String counter) {}
}
