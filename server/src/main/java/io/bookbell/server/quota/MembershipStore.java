package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlLookup;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.storage.sql.ValueReader;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Stores the memberships. Thread-safe and stateless. One that has ended is found only as that of a
 * request.
 *
 * <p>A row's {@code used} and {@code granted} belong to the period named in the row. When a new
 * period has begun, or the tier now has another kind of period, the current values are calculated
 * from the ledger, and the row is updated when it is next locked. Requests used in the current
 * period are carried over when the kind of period changes; otherwise changing tiers back and forth
 * would double the allowance.
 */
final class MembershipStore {
  private static final String SELECT =
      """
      SELECT m.creator_id AS creator_id, m.user_id AS user_id, m.period_key AS period_key,
        m.used AS used, m.granted AS granted, t.id AS tier_id, t.name AS name,
        t.requests_allowed AS requests_allowed, t.period AS period
      FROM membership m
      JOIN tier t ON t.id = m.tier_id
      """;

  /**
   * Everybody who changes a membership or its tier locks the creator first, so the join is current.
   */
  private static final String LOCKED = " FOR NO KEY UPDATE OF m";

  private static final String BY_KEY =
      SELECT + "WHERE m.creator_id = ? AND m.user_id = ? AND m.ended_at IS NULL";

  private static final SqlLookup<MembershipKey, StoredMembership> LOCK =
      new SqlLookup<>(
          SELECT
              + """
              WHERE (m.creator_id, m.user_id) IN (VALUES (CAST(? AS bigint), CAST(? AS bigint)))
              AND m.ended_at IS NULL
              ORDER BY m.creator_id, m.user_id"""
              + LOCKED,
          key -> ValueReader.values(key.creator, key.user),
          row -> new MembershipKey(row.getUser("creator_id"), row.getUser("user_id")),
          StoredMembership::of);

  /**
   * That of the supporter who made a request, ended or not; the ledger knows. It doesn't lock in
   * one order with {@link #LOCK}; the creator's lock keeps other commands away.
   */
  private static final SqlLookup<RequestKey, StoredMembership> LOCK_OF_REQUEST =
      new SqlLookup<>(
          """
          SELECT l.request_id AS request_id, m.creator_id AS creator_id, m.user_id AS user_id,
            m.period_key AS period_key, m.used AS used, m.granted AS granted, t.id AS tier_id,
            t.name AS name, t.requests_allowed AS requests_allowed, t.period AS period
          FROM quota_ledger l
          JOIN membership m ON m.creator_id = l.creator_id AND m.user_id = l.user_id
          JOIN tier t ON t.id = m.tier_id
          WHERE l.kind = 'consume'
          AND (l.request_id, l.creator_id) IN (VALUES (CAST(? AS bigint), CAST(? AS bigint)))
          ORDER BY m.creator_id, m.user_id"""
              + LOCKED,
          key -> ValueReader.values(key.request, key.creator),
          row -> new RequestKey(row.getLong("request_id"), row.getUser("creator_id")),
          StoredMembership::of);

  private static final String CONSUME =
      """
      WITH change (creator_id, user_id, allowed) AS (
        VALUES (CAST(? AS bigint), CAST(? AS bigint), CAST(? AS integer)))
      UPDATE membership
      SET used = used + 1
      FROM change
      WHERE membership.creator_id = change.creator_id AND membership.user_id = change.user_id
      AND used < change.allowed""";

  private static final String REFUND =
      """
      WITH change (creator_id, user_id) AS (VALUES (CAST(? AS bigint), CAST(? AS bigint)))
      UPDATE membership
      SET used = used - 1
      FROM change
      WHERE membership.creator_id = change.creator_id AND membership.user_id = change.user_id""";

  private static final String BY_USER =
      SELECT + "WHERE m.user_id = ? AND m.ended_at IS NULL ORDER BY m.creator_id";
  private static final String BY_TIER =
      SELECT
          + """
          WHERE m.tier_id = ? AND m.user_id > ? AND m.ended_at IS NULL
          ORDER BY m.user_id LIMIT ?""";

  Optional<Membership> findMembership(Transaction tx, UserId creator, UserId user) {
    return tx.query(BY_KEY, creator, user)
        .first(StoredMembership::of)
        .map(stored -> stored.toCurrentMembership(tx));
  }

  List<Membership> findByUser(Transaction tx, UserId user) {
    return tx.query(BY_USER, user).list(StoredMembership::of).stream()
        .map(stored -> stored.toCurrentMembership(tx))
        .toList();
  }

  /** Returns memberships of a tier with user ids above {@code above}, ordered by user id. */
  List<Membership> findByTier(Transaction tx, long tier, long above, int limit) {
    return tx.query(BY_TIER, tier, above, limit).list(StoredMembership::of).stream()
        .map(stored -> stored.toCurrentMembership(tx))
        .toList();
  }

  /** Finds a creator some of whose memberships still have a past month's period. */
  Optional<UserId> findCreatorInPastMonth(Transaction tx, String currentMonth) {
    return tx.query(
            """
            SELECT creator_id FROM membership WHERE period_key < ? AND ended_at IS NULL
            ORDER BY period_key, creator_id LIMIT 1""",
            currentMonth)
        .first(row -> row.getUser("creator_id"));
  }

  /**
   * Returns the users whose memberships of this creator still have a past month's period, ordered
   * by id.
   */
  List<UserId> findUsersInPastMonth(
      Transaction tx, UserId creator, String currentMonth, int limit) {
    return tx.query(
            """
            SELECT user_id FROM membership
            WHERE creator_id = ? AND period_key < ? AND ended_at IS NULL
            ORDER BY user_id LIMIT ?""",
            creator,
            currentMonth,
            limit)
        .list(row -> row.getUser("user_id"));
  }

  /** Returns the number of creators a user supports. */
  int countByUser(Transaction tx, UserId user) {
    return tx.query(
            "SELECT count(*) AS amount FROM membership WHERE user_id = ? AND ended_at IS NULL",
            user)
        .single(row -> row.getInt("amount"));
  }

  boolean isMember(Transaction tx, UserId creator, UserId user) {
    return tx.query(
            """
            SELECT 1 AS found FROM membership
            WHERE creator_id = ? AND user_id = ? AND ended_at IS NULL""",
            creator,
            user)
        .exists();
  }

  Set<UserId> findSupporters(Transaction tx, UserId creator) {
    return tx.query(
            "SELECT user_id FROM membership WHERE creator_id = ? AND ended_at IS NULL", creator)
        .set(row -> row.getUser("user_id"));
  }

  void insertMembership(Transaction tx, UserId creator, UserId user, Tier tier) {
    Instant now = tx.now();
    tx.update(
        """
        INSERT INTO membership (creator_id, user_id, tier_id, period_key, created_at)
        VALUES (?, ?, ?, ?, ?)""",
        creator,
        user,
        tier.id(),
        tier.period().keyAt(now),
        now);
  }

  /** Ends a membership. Its row stays, because requests and the ledger refer to it. */
  void endMembership(Transaction tx, UserId creator, UserId user) {
    tx.update(
        "UPDATE membership SET ended_at = ? WHERE creator_id = ? AND user_id = ?",
        tx.now(),
        creator,
        user);
  }

  /** Locks a membership and updates its row to the current period. */
  Optional<Membership> lockMembership(Transaction tx, UserId creator, UserId user) {
    return lockMembershipLater(tx, creator, user).get();
  }

  /** Like {@link #lockMembership}, on PostgreSQL together with the next statement. */
  Supplier<Optional<Membership>> lockMembershipLater(Transaction tx, UserId creator, UserId user) {
    var key = new MembershipKey(creator, user);
    tx.claim(key);
    var rows = tx.lookUp(LOCK, key);
    return () -> rows.get().stream().findFirst().map(stored -> bringToPeriod(tx, stored));
  }

  /**
   * A locked membership.
   *
   * @param moved whether its row was updated to the current period
   */
  record LockedMembership(Membership membership, boolean moved) {}

  /**
   * Locks the membership of the supporter who made a request to this creator and updates its row to
   * the current period, on PostgreSQL together with the next statement.
   */
  Supplier<LockedMembership> lockOfRequestLater(Transaction tx, UserId creator, long request) {
    var rows = tx.lookUp(LOCK_OF_REQUEST, new RequestKey(request, creator));
    return () -> {
      StoredMembership stored = rows.get().getFirst();
      tx.claim(new MembershipKey(creator, stored.user));
      Membership membership = bringToPeriod(tx, stored);
      return new LockedMembership(membership, !membership.periodKey().equals(stored.periodKey));
    };
  }

  private static Membership bringToPeriod(Transaction tx, StoredMembership stored) {
    Membership membership = stored.toCurrentMembership(tx);
    if (!membership.periodKey().equals(stored.periodKey)) {
      if (stored.isOfOtherPeriodKind()) {
        Ledger.carryOver(tx, membership, stored.periodKey, membership.periodKey());
      }
      updatePeriod(tx, membership);
    }
    return membership;
  }

  private static void updatePeriod(Transaction tx, Membership membership) {
    tx.enqueueForOneRow(
        """
        UPDATE membership SET period_key = ?, used = ?, granted = ?
        WHERE creator_id = ? AND user_id = ?""",
        membership.periodKey(),
        membership.used(),
        membership.granted(),
        membership.creator(),
        membership.user());
  }

  /**
   * Takes one request from a locked membership; false if the allowance is used up. That the row
   * still allows it is checked when the statement is sent.
   */
  boolean consumeRequest(Transaction tx, Membership membership) {
    if (membership.used() >= membership.requestsAllowed()) {
      return false;
    }
    tx.enqueueForOneRow(
        CONSUME, membership.creator(), membership.user(), membership.requestsAllowed());
    return true;
  }

  void refundRequest(Transaction tx, Membership membership) {
    tx.enqueueForOneRow(REFUND, membership.creator(), membership.user());
  }

  void addGrant(Transaction tx, Membership membership, int amount) {
    tx.update(
        "UPDATE membership SET granted = granted + ? WHERE creator_id = ? AND user_id = ?",
        amount,
        membership.creator(),
        membership.user());
  }

  void updateTier(Transaction tx, Membership membership, Tier tier) {
    tx.update(
        "UPDATE membership SET tier_id = ? WHERE creator_id = ? AND user_id = ?",
        tier.id(),
        membership.creator(),
        membership.user());
  }

  private record MembershipKey(UserId creator, UserId user) {}

  private record RequestKey(long request, UserId creator) {}

  /** A row, whose usage belongs to the period named in it. */
  private record StoredMembership(
      UserId creator, UserId user, Tier tier, String periodKey, int used, int granted) {
    static StoredMembership of(SqlRow row) throws SQLException {
      UserId creator = row.getUser("creator_id");
      var tier =
          new Tier(
              row.getLong("tier_id"),
              creator,
              row.getString("name"),
              row.getInt("requests_allowed"),
              Period.of(row.getString("period")));
      return new StoredMembership(
          creator,
          row.getUser("user_id"),
          tier,
          row.getString("period_key"),
          row.getInt("used"),
          row.getInt("granted"));
    }

    Membership toCurrentMembership(Transaction tx) {
      Instant now = tx.now();
      String current = tier.period().keyAt(now);
      if (current.equals(periodKey)) {
        return new Membership(creator, user, tier, now, used, granted);
      }
      return new Membership(
          creator,
          user,
          tier,
          now,
          isOfOtherPeriodKind()
              ? Ledger.countUsedInEither(tx, creator, user, periodKey, current)
              : Ledger.countUsed(tx, creator, user, current),
          Ledger.sumGranted(tx, creator, user, current));
    }

    boolean isOfOtherPeriodKind() {
      return Period.ofKey(periodKey) != tier.period();
    }
  }
}
