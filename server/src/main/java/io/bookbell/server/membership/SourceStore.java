package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.membership.SourceException.SourceProblem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Stores the sources that creators have connected. Thread-safe and stateless. */
public final class SourceStore {
  static final int DEFAULT_GRACE_DAYS = 7;
  static final Duration SYNC_EVERY = Duration.ofHours(6);

  /** Longer than a call takes that the service asks to repeat; a killed node holds it so long. */
  private static final Duration LEASE = Duration.ofMinutes(6);

  private static final Duration FIRST_RETRY = Duration.ofMinutes(10);

  /** Whether a source can be read, as far as is known, and no sync is due at a time. */
  static final String IS_UP_TO_DATE =
      "s.problem IS NULL AND (s.next_sync_at IS NULL OR s.next_sync_at > ?)";

  private static final String SELECT =
      """
      SELECT creator_id, source, account_id, account_name, grace_days, connected_at, problem,
        problem_at, synced_at, added, changed, ended, unknown, next_sync_at
      FROM membership_source
      """;

  private static final String CONNECT =
      """
      INSERT INTO membership_source
        (creator_id, source, account_id, account_name, grace_days, connected_at, next_sync_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (creator_id, source)
      DO UPDATE SET account_id = excluded.account_id, account_name = excluded.account_name,
        connected_at = excluded.connected_at, next_sync_at = excluded.next_sync_at,
        problem = NULL, problem_at = NULL, lease = NULL, lease_until = NULL""";

  /** A source that a creator has connected. */
  public record ConnectedSource(
      UserId creator,
      String source,
      String accountId,
      String accountName,
      int graceDays,
      Instant connectedAt,
      @Nullable SourceProblem problem,
      @Nullable Instant problemAt,
      @Nullable Instant syncedAt,
      SyncCounts counts,
      @Nullable Instant nextSyncAt) {
    static ConnectedSource of(SqlRow row) throws SQLException {
      @Nullable String problem = row.findString("problem");
      return new ConnectedSource(
          row.getUser("creator_id"),
          row.getString("source"),
          row.getString("account_id"),
          row.getString("account_name"),
          row.getInt("grace_days"),
          row.getTime("connected_at"),
          problem == null ? null : SourceProblem.of(problem),
          row.findTime("problem_at"),
          row.findTime("synced_at"),
          new SyncCounts(
              row.getInt("added"),
              row.getInt("changed"),
              row.getInt("ended"),
              row.getInt("unknown")),
          row.findTime("next_sync_at"));
    }
  }

  /** A creator's source. */
  record SourceKey(UserId creator, String source) {
    static SourceKey of(SqlRow row) throws SQLException {
      return new SourceKey(row.getUser("creator_id"), row.getString("source"));
    }
  }

  Optional<ConnectedSource> find(Transaction tx, UserId creator, String source) {
    return tx.query(SELECT + "WHERE creator_id = ? AND source = ?", creator, source)
        .first(ConnectedSource::of);
  }

  /** Returns the names of a creator's sources. */
  Set<String> findNames(Transaction tx, UserId creator) {
    return tx.query("SELECT source FROM membership_source WHERE creator_id = ?", creator)
        .set(row -> row.getString("source"));
  }

  /** Returns those of a source's accounts that creators have connected. */
  Set<String> findConnected(Transaction tx, String source, Set<String> accounts) {
    return tx.query(
            "SELECT account_id FROM membership_source WHERE source = ? AND account_id IN (?)",
            source,
            accounts)
        .set(row -> row.getString("account_id"));
  }

  /** Returns the creators who have connected these accounts of a source. */
  Set<UserId> findByAccounts(Transaction tx, String source, Set<String> accounts) {
    return tx.query(
            "SELECT creator_id FROM membership_source WHERE source = ? AND account_id IN (?)",
            source,
            accounts)
        .set(row -> row.getUser("creator_id"));
  }

  /**
   * Connects a source or connects it again; whoever is reading it loses the lease.
   *
   * @param firstSync when it is to be synced; null if it can't be listed
   */
  void connect(
      Transaction tx,
      UserId creator,
      String source,
      String accountId,
      String accountName,
      @Nullable Instant firstSync) {
    tx.update(
        CONNECT, creator, source, accountId, accountName, DEFAULT_GRACE_DAYS, tx.now(), firstSync);
  }

  Duration findGrace(Transaction tx, UserId creator, String source) {
    return Duration.ofDays(find(tx, creator, source).map(ConnectedSource::graceDays).orElse(0));
  }

  void setGrace(Transaction tx, UserId creator, String source, int days) {
    tx.update(
        "UPDATE membership_source SET grace_days = ? WHERE creator_id = ? AND source = ?",
        days,
        creator,
        source);
  }

  void disconnect(Transaction tx, UserId creator, String source) {
    for (String table : List.of("source_secret", "source_refresh", "membership_source")) {
      tx.update("DELETE FROM " + table + " WHERE creator_id = ? AND source = ?", creator, source);
    }
  }

  /**
   * Takes the lease on a creator's source, which only one holder has at a time, over all nodes.
   *
   * @return whether it was free
   */
  boolean takeLease(Transaction tx, SourceKey key, String holder) {
    return tx.update(
            """
            UPDATE membership_source SET lease = ?, lease_until = ?
            WHERE creator_id = ? AND source = ? AND (lease IS NULL OR lease_until < ?)""",
            holder,
            tx.now().plus(LEASE),
            key.creator,
            key.source,
            tx.now())
        == 1;
  }

  /** Prolongs the lease; false if somebody else has it now, because it had run out. */
  boolean renewLease(Transaction tx, SourceKey key, String holder) {
    return tx.update(
            """
            UPDATE membership_source SET lease_until = ?
            WHERE creator_id = ? AND source = ? AND lease = ?""",
            tx.now().plus(LEASE),
            key.creator,
            key.source,
            holder)
        == 1;
  }

  void releaseSlot(Transaction tx, SourceKey key, String holder) {
    tx.update(
        """
        UPDATE membership_source SET lease = NULL, lease_until = NULL
        WHERE creator_id = ? AND source = ? AND lease = ?""",
        key.creator,
        key.source,
        holder);
  }

  /** Records a complete sync. */
  void recordSync(Transaction tx, SourceKey key, SyncCounts counts) {
    tx.update(
        """
        UPDATE membership_source
        SET problem = NULL, problem_at = NULL, synced_at = ?, next_sync_at = ?, added = ?,
          changed = ?, ended = ?, unknown = ?
        WHERE creator_id = ? AND source = ?""",
        tx.now(),
        tx.now().plus(SYNC_EVERY),
        counts.added(),
        counts.changed(),
        counts.ended(),
        counts.unknown(),
        key.creator,
        key.source);
  }

  /**
   * Records that a source can't be read. It is tried again soon, unless the creator has to connect
   * it again: nothing but that ends this problem.
   *
   * @return whether this problem is a new one
   */
  boolean recordProblem(Transaction tx, SourceKey key, SourceException failure) {
    boolean revoked = failure.problem() == SourceProblem.REVOKED;
    Duration pause =
        failure.retryAfter().filter(asked -> asked.compareTo(FIRST_RETRY) > 0).orElse(FIRST_RETRY);
    Instant next = revoked ? null : tx.now().plus(pause);
    Optional<SourceProblem> before =
        find(tx, key.creator, key.source).map(ConnectedSource::problem);
    boolean isNew = !before.equals(Optional.of(failure.problem()));
    if (isNew && before.equals(Optional.of(SourceProblem.REVOKED))) {
      return false;
    }
    tx.update(
        """
        UPDATE membership_source
        SET problem = ?, problem_at = coalesce(problem_at, ?), next_sync_at = ?
        WHERE creator_id = ? AND source = ?""",
        failure.problem().wireName(),
        tx.now(),
        next,
        key.creator,
        key.source);
    return isNew;
  }

  /** Returns a source without its secret, of which the creator hasn't been told yet. */
  Optional<SourceKey> findWithoutSecret(Transaction tx) {
    return tx.query(
            """
            SELECT s.creator_id AS creator_id, s.source AS source FROM membership_source s
            WHERE (s.problem IS NULL OR s.problem <> ?)
            AND NOT EXISTS (
              SELECT 1 FROM source_secret k
              WHERE k.creator_id = s.creator_id AND k.source = s.source)
            ORDER BY s.creator_id, s.source LIMIT 1""",
            SourceProblem.REVOKED.wireName())
        .first(SourceKey::of);
  }

  List<SourceKey> findDueForSync(Transaction tx, int limit) {
    return tx.query(
            """
            SELECT creator_id, source FROM membership_source
            WHERE next_sync_at <= ? ORDER BY next_sync_at LIMIT ?""",
            tx.now(),
            limit)
        .list(SourceKey::of);
  }

  /** Schedules a look at all stored members. */
  void startRedeciding(Transaction tx, UserId creator, String source) {
    setRedecideAfter(tx, new SourceKey(creator, source), "");
  }

  void setRedecideAfter(Transaction tx, SourceKey key, @Nullable String last) {
    tx.update(
        "UPDATE membership_source SET redecide_after = ? WHERE creator_id = ? AND source = ?",
        last,
        key.creator,
        key.source);
  }

  /** Returns a source whose members are to be looked at again, unless the next sync does so. */
  Optional<SourceKey> findRedeciding(Transaction tx) {
    return tx.query(
            "SELECT creator_id, source FROM membership_source s WHERE redecide_after IS NOT NULL AND "
                + IS_UP_TO_DATE
                + " ORDER BY creator_id, source LIMIT 1",
            tx.now())
        .first(SourceKey::of);
  }

  Optional<String> findRedecideAfter(Transaction tx, SourceKey key) {
    return tx.query(
            """
            SELECT redecide_after FROM membership_source
            WHERE creator_id = ? AND source = ? AND redecide_after IS NOT NULL""",
            key.creator,
            key.source)
        .first(row -> row.getString("redecide_after"));
  }
}
