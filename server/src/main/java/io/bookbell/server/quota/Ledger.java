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
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The append-only quota ledger: consumptions, refunds, grants, carries, and what was imported.
 * Thread-safe and stateless.
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

  private static final int MOST_ENTRIES = 200;

  static final String INSERT =
      """
      INSERT INTO quota_ledger (creator_id, user_id, kind, amount, request_id, period_key,
        used_after, allowed, reason, actor_id, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  /** For lines that also count in the {@link SharedCounter}. */
  private static final String INSERT_SHARED =
      INSERT.replace("created_at)", "created_at, counter)").replace("?)", "?, 'legacy')");

  /** The effect of a line on the number of used requests. */
  private static final String USED_DELTA =
      "CASE kind WHEN 'grant' THEN 0 WHEN 'refund' THEN -1 ELSE amount END";

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
        SELECT coalesce(sum(
          CASE line.kind WHEN 'grant' THEN 0 WHEN 'refund' THEN -1 ELSE line.amount END), 0)
        FROM quota_ledger line
        WHERE line.creator_id = own.creator_id AND line.user_id = own.user_id
        AND line.period_key = own.period_key) AS used
      FROM quota_ledger own
      WHERE own.request_id IN (VALUES (CAST(? AS bigint))) AND own.kind IN ('consume', 'carry')
      ORDER BY own.id""",
          ValueReader::values,
          row -> row.getLong("request_id"),
          row ->
              new PeriodUse(
                  row.getString("period_key"),
                  row.getInt("used"),
                  row.findString("counter") != null));

  private Ledger() {}

  /**
   * Adds a ledger line.
   *
   * @param after the membership after the change
   * @param period the period that the line counts in
   * @param shared whether the shared counter was changed, too
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
            tx.now());
    tx.enqueue(shared ? INSERT_SHARED : INSERT, valuesOf(row));
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

  /** The columns of a new line. */
  record LedgerRow(
      UserId creator,
      UserId user,
      String kind,
      int amount,
      @Nullable Long request,
      String period,
      int usedAfter,
      int allowed,
      @Nullable String reason,
      UserId actor,
      Instant at) {}

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
        row.at);
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

  /** Returns the number of requests that count in at least one of two periods. */
  static int countUsedInEither(
      Transaction tx, UserId creator, UserId user, String one, String other) {
    return findCounting(tx, creator, user, Set.of(one, other)).size()
        + Math.max(sumImported(tx, creator, user, one), sumImported(tx, creator, user, other));
  }

  private static int sumImported(Transaction tx, UserId creator, UserId user, String period) {
    return tx.query(
            """
            SELECT coalesce(sum(amount), 0) AS imported FROM quota_ledger
            WHERE creator_id = ? AND user_id = ? AND period_key = ? AND kind = 'import'\
            """,
            creator,
            user,
            period)
        .single(row -> row.getInt("imported"));
  }

  /**
   * Carries every request that counts in one period into another, unless it already counts there.
   *
   * @param membership locked, as of the other period
   */
  static void carryOver(Transaction tx, Membership membership, String from, String to) {
    UserId creator = membership.creator();
    UserId user = membership.user();
    Map<Long, String> there = findCounting(tx, creator, user, Set.of(to));
    int imported = sumImported(tx, creator, user, to);
    int before = there.size() + imported;
    var lines = new ArrayList<LedgerRow>();
    findCounting(tx, creator, user, Set.of(from))
        .forEach(
            (request, title) -> {
              if (!there.containsKey(request)) {
                lines.add(
                    new LedgerRow(
                        creator,
                        user,
                        CARRY,
                        1,
                        request,
                        to,
                        before + lines.size() + 1,
                        membership.requestsAllowed(),
                        title,
                        creator,
                        tx.now()));
              }
            });
    int more = sumImported(tx, creator, user, from) - imported;
    if (more > 0) {
      int used = before + lines.size() + more;
      lines.add(importLine(creator, user, to, more, used, membership.requestsAllowed(), tx.now()));
    }
    tx.writeAll(INSERT, lines, Ledger::valuesOf);
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

  /** Returns the titles of the requests that count in at least one of the periods, by request. */
  private static Map<Long, String> findCounting(
      Transaction tx, UserId creator, UserId user, Set<String> periods) {
    return tx.query(
            "SELECT request_id, max(reason) AS title FROM quota_ledger"
                + " WHERE creator_id = ? AND user_id = ? AND period_key IN (?)"
                + " AND kind NOT IN ('grant', 'import')"
                + " GROUP BY request_id HAVING sum("
                + USED_DELTA
                + ") > 0 ORDER BY request_id",
            creator,
            user,
            periods)
        .map(row -> row.getLong("request_id"), row -> row.getString("title"));
  }

  static int sumGranted(Transaction tx, UserId creator, UserId user, String period) {
    return tx.query(
            """
            SELECT coalesce(sum(amount), 0) AS granted FROM quota_ledger
            WHERE creator_id = ? AND user_id = ? AND period_key = ? AND kind = 'grant'\
            """,
            creator,
            user,
            period)
        .single(row -> row.getInt("granted"));
  }

  /**
   * A period in which a request counts, and how many requests count in it.
   *
   * @param shared whether the request was also taken from the shared counter
   */
  record PeriodUse(String period, int used, boolean shared) {}

  /**
   * Reads the periods in which a request counts: that of its consumption first, then those it was
   * carried into. On PostgreSQL together with the next statement.
   */
  static PendingResult<List<PeriodUse>> findPeriodsLater(Transaction tx, long request) {
    return tx.lookUp(PERIODS_OF_REQUEST, request);
  }

  /** Returns the newest lines of a supporter's ledger, newest first, at most 200. */
  static List<LedgerEntry> findEntries(Transaction tx, UserId creator, UserId user) {
    return tx.query(
            ENTRIES + "WHERE l.creator_id = ? AND l.user_id = ? ORDER BY l.id DESC LIMIT ?",
            creator,
            user,
            MOST_ENTRIES)
        .list(Ledger::toEntry);
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
        row.findString("counter") == null ? "own" : "legacy");
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
