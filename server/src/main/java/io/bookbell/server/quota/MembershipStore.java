package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlLookup;
import io.bookbell.server.storage.sql.ValueReader;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
  static final String COLUMNS =
      """
      m.user_id AS user_id, m.tier_id AS stored_tier, m.own_allowed AS own_allowed,
        m.period_key AS period_key, m.used AS used, m.granted AS granted, m.turns_at AS turns_at,
        m.ended_at IS NOT NULL AS ended, t.time_zone AS time_zone,\s"""
          + Tier.COLUMNS;

  /** A membership of a deleted tier counts as one of the tier to which it will be moved. */
  static final String WITH_TIER =
      " "
          + """
      JOIN tier own ON own.id = m.tier_id
      JOIN tier t ON t.id = coalesce(own.moved_to, own.id)
      """;

  private static final String SELECT = "SELECT " + COLUMNS + " FROM membership m" + WITH_TIER;

  /**
   * Everybody who changes a membership or its tier locks the creator first, so the join is current.
   */
  private static final String LOCKED = " FOR NO KEY UPDATE OF m";

  private static final String BY_KEY =
      SELECT + "WHERE m.creator_id = ? AND m.user_id = ? AND m.ended_at IS NULL";

  private static final SqlLookup<MembershipKey, MembershipRow> LOCK =
      new SqlLookup<>(
          SELECT
              + """
              WHERE (m.creator_id, m.user_id) IN (VALUES (CAST(? AS bigint), CAST(? AS bigint)))
              AND m.ended_at IS NULL
              ORDER BY m.creator_id, m.user_id"""
              + LOCKED,
          key -> ValueReader.values(key.creator, key.user),
          row -> new MembershipKey(row.getUser("creator_id"), row.getUser("user_id")),
          MembershipRow::of);

  /**
   * That of the supporter who made a request, ended or not; the ledger knows. It doesn't lock in
   * one order with {@link #LOCK}; the creator's lock keeps other commands away.
   */
  private static final SqlLookup<RequestKey, MembershipRow> LOCK_OF_REQUEST =
      new SqlLookup<>(
          "SELECT l.request_id AS request_id, "
              + COLUMNS
              + " "
              + """
              FROM quota_ledger l
              JOIN membership m ON m.creator_id = l.creator_id AND m.user_id = l.user_id"""
              + WITH_TIER
              + """
              WHERE l.kind = 'consume'
              AND (l.request_id, l.creator_id) IN (VALUES (CAST(? AS bigint), CAST(? AS bigint)))
              ORDER BY m.creator_id, m.user_id"""
              + LOCKED,
          key -> ValueReader.values(key.request, key.creator),
          row -> new RequestKey(row.getLong("request_id"), row.getUser("creator_id")),
          MembershipRow::of);

  private static final SqlLookup<MembershipKey, UserId> CURRENT_MEMBERS =
      new SqlLookup<>(
          """
          SELECT creator_id, user_id FROM membership
          WHERE (creator_id, user_id) IN (VALUES (CAST(? AS bigint), CAST(? AS bigint)))
          AND ended_at IS NULL""",
          key -> ValueReader.values(key.creator, key.user),
          row -> new MembershipKey(row.getUser("creator_id"), row.getUser("user_id")),
          row -> row.getUser("user_id"));

  private static final String CONSUME =
      """
      WITH change (creator_id, user_id, allowed, turns_at) AS (
        VALUES (CAST(? AS bigint), CAST(? AS bigint), CAST(? AS integer), CAST(? AS bigint)))
      UPDATE membership
      SET used = used + 1, turns_at = change.turns_at
      FROM change
      WHERE membership.creator_id = change.creator_id AND membership.user_id = change.user_id
      AND used < change.allowed""";

  private static final String REFUND =
      """
      WITH change (creator_id, user_id, amount, turns_at) AS (
        VALUES (CAST(? AS bigint), CAST(? AS bigint), CAST(? AS integer), CAST(? AS bigint)))
      UPDATE membership
      SET used = used - change.amount, turns_at = change.turns_at
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
    return findMembershipLater(tx, creator, user).get();
  }

  /** Queues {@link #findMembership}. */
  Supplier<Optional<Membership>> findMembershipLater(Transaction tx, UserId creator, UserId user) {
    tx.nowLater(); // which its period depends on
    var rows = tx.query(BY_KEY, creator, user).later(MembershipRow::of);
    return () -> rows.get().stream().findFirst().map(stored -> stored.toCurrentMembership(tx));
  }

  List<Membership> findByUser(Transaction tx, UserId user) {
    return findByUserLater(tx, user).get();
  }

  /** Queues {@link #findByUser}. */
  Supplier<List<Membership>> findByUserLater(Transaction tx, UserId user) {
    tx.nowLater(); // which their periods depend on
    var rows = tx.query(BY_USER, user).later(MembershipRow::of);
    return () -> rows.get().stream().map(stored -> stored.toCurrentMembership(tx)).toList();
  }

  /** A condition on a column with a creator's id: that the user is a supporter of the creator. */
  static SqlFragment isSupported(String column, UserId user) {
    return SqlFragment.of(
        column + " IN (SELECT creator_id FROM membership WHERE user_id = ? AND ended_at IS NULL)",
        user);
  }

  /** Returns memberships of a tier with user ids above {@code above}, ordered by user id. */
  List<Membership> findByTier(Transaction tx, long tier, long above, int limit) {
    return tx.query(BY_TIER, tier, above, limit).list(MembershipRow::of).stream()
        .map(stored -> stored.toCurrentMembership(tx))
        .toList();
  }

  /** A membership whose period has turned, or from which something drops out. */
  record DueMembership(UserId creator, UserId user) {}

  /**
   * Returns memberships that have to be brought up to date, the longest overdue first, except for
   * those of the creators with these ids, at least one.
   */
  List<DueMembership> findDue(Transaction tx, Set<Long> except, int limit) {
    return tx.query(
            """
            SELECT creator_id, user_id FROM membership
            WHERE turns_at <= ? AND ended_at IS NULL AND creator_id NOT IN (?)
            ORDER BY turns_at, creator_id, user_id LIMIT ?""",
            tx.now(),
            except,
            limit)
        .list(row -> new DueMembership(row.getUser("creator_id"), row.getUser("user_id")));
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

  /** Queues {@link #isMember}. */
  Supplier<Boolean> isMemberLater(Transaction tx, UserId creator, UserId user) {
    var rows = tx.lookUp(CURRENT_MEMBERS, new MembershipKey(creator, user));
    return () -> !rows.get().isEmpty();
  }

  Set<UserId> findSupporters(Transaction tx, UserId creator) {
    return tx.query(
            "SELECT user_id FROM membership WHERE creator_id = ? AND ended_at IS NULL", creator)
        .set(row -> row.getUser("user_id"));
  }

  /** The tier of a membership. */
  record StoredTier(long id, String name) {}

  /** Returns the tier of a membership, which may have ended; empty if there never was one. */
  Optional<StoredTier> findStoredTier(Transaction tx, UserId creator, UserId user) {
    return tx.query(
            """
            SELECT t.id AS id, t.name AS name FROM membership m
            JOIN tier t ON t.id = m.tier_id
            WHERE m.creator_id = ? AND m.user_id = ?""",
            creator,
            user)
        .first(row -> new StoredTier(row.getLong("id"), row.getString("name")));
  }

  /** Begins a membership, or one that has ended again; what was used in it still counts. */
  void beginMembership(Transaction tx, UserId creator, UserId user, Tier tier) {
    tx.update(
        """
        INSERT INTO membership (creator_id, user_id, tier_id, period_key, turns_at, created_at)
        VALUES (?, ?, ?, 'none', 0, ?)
        ON CONFLICT (creator_id, user_id) DO UPDATE
        SET tier_id = excluded.tier_id, ended_at = NULL, turns_at = 0""",
        creator,
        user,
        tier.id(),
        tx.now());
  }

  boolean isBlocked(Transaction tx, UserId creator, UserId user) {
    return tx.query(
            """
            SELECT 1 AS found FROM membership
            WHERE creator_id = ? AND user_id = ? AND blocked_at IS NOT NULL""",
            creator,
            user)
        .exists();
  }

  /** Blocks a user whose membership has ended from beginning it again, or no longer does. */
  void setBlocked(Transaction tx, UserId creator, UserId user, boolean blocked) {
    tx.update(
        "UPDATE membership SET blocked_at = ? WHERE creator_id = ? AND user_id = ?",
        blocked ? tx.now() : null,
        creator,
        user);
  }

  /** Whether the user is or was a supporter, and whether the membership has ended. */
  Optional<Boolean> findEnded(Transaction tx, UserId creator, UserId user) {
    return tx.query(
            """
            SELECT ended_at IS NOT NULL AS ended FROM membership
            WHERE creator_id = ? AND user_id = ?""",
            creator,
            user)
        .first(row -> row.getBoolean("ended"));
  }

  /** Ends a membership. Its row stays, because requests and the ledger refer to it. */
  void endMembership(Transaction tx, UserId creator, UserId user) {
    tx.update(
        """
        UPDATE membership SET ended_at = ?, turns_at = NULL
        WHERE creator_id = ? AND user_id = ?""",
        tx.now(),
        creator,
        user);
  }

  /** Locks a membership and updates its row to the current period. */
  Optional<Membership> lockMembership(Transaction tx, UserId creator, UserId user) {
    return lockMembershipLater(tx, creator, user).get();
  }

  /** Queues {@link #lockMembership}. */
  Supplier<Optional<Membership>> lockMembershipLater(Transaction tx, UserId creator, UserId user) {
    var locked = lockAndTurnLater(tx, creator, user);
    return () -> locked.get().map(TurnedMembership::membership);
  }

  /** Claims a membership for a command that will lock it, or decides by what counts in it. */
  void claimMembership(Transaction tx, UserId creator, UserId user) {
    tx.claim(new MembershipKey(creator, user));
  }

  /** Like {@link #lockMembership}, and tells whether the row was updated. */
  Optional<TurnedMembership> lockAndUpdatePeriod(Transaction tx, UserId creator, UserId user) {
    return lockAndTurnLater(tx, creator, user).get();
  }

  private Supplier<Optional<TurnedMembership>> lockAndTurnLater(
      Transaction tx, UserId creator, UserId user) {
    var key = new MembershipKey(creator, user);
    tx.claim(key);
    var rows = tx.lookUp(LOCK, key);
    return () -> rows.get().stream().findFirst().map(stored -> bringToPeriod(tx, stored));
  }

  /**
   * Locks the membership of the supporter who made a request to this creator and updates its row to
   * the current period. Commands that may be decided together {@linkplain #claimMembership claim}
   * it before.
   */
  Supplier<TurnedMembership> lockOfRequestLater(Transaction tx, UserId creator, long request) {
    var rows = tx.lookUp(LOCK_OF_REQUEST, new RequestKey(request, creator));
    return () -> bringToPeriod(tx, rows.get().getFirst());
  }

  private static TurnedMembership bringToPeriod(Transaction tx, MembershipRow stored) {
    PeriodTransition.TransitionResult turn = stored.calculate(tx);
    Membership membership = turn.membership();
    tx.writeAll(Ledger.INSERT, turn.lines(), Ledger::valuesOf);
    boolean moved = !membership.periodKey().equals(stored.periodKey()) || !turn.lines().isEmpty();
    if (moved || stored.differsFrom(membership)) {
      updatePeriod(tx, membership);
    }
    if (stored.isMoved(membership)) {
      TierLines.addDeletion(tx, membership, stored.storedTier());
    }
    return new TurnedMembership(stored, membership, moved);
  }

  private static void updatePeriod(Transaction tx, Membership membership) {
    tx.enqueueForOneRow(
        """
        UPDATE membership SET tier_id = ?, period_key = ?, used = ?, granted = ?, turns_at = ?
        WHERE creator_id = ? AND user_id = ?""",
        membership.tier().id(),
        membership.periodKey(),
        membership.used(),
        membership.granted(),
        membership.turnsAt(),
        membership.creator(),
        membership.user());
  }

  /**
   * Takes one request from a locked membership and returns it as it is then; empty if the allowance
   * is used up. That the row still allows it is checked when the statement is sent.
   */
  Optional<Membership> consumeRequest(Transaction tx, Membership membership) {
    if (membership.used() >= membership.limit()) {
      return Optional.empty();
    }
    Membership after = membership.withMore(membership.used() + 1, membership.granted());
    tx.enqueueForOneRow(
        CONSUME, membership.creator(), membership.user(), membership.limit(), after.turnsAt());
    return Optional.of(after);
  }

  /** Gives back requests; {@code turnsAt} is when what is left changes by itself. */
  void refundRequests(
      Transaction tx, Membership membership, int amount, @Nullable Instant turnsAt) {
    tx.enqueueForOneRow(REFUND, membership.creator(), membership.user(), amount, turnsAt);
  }

  Membership addGrant(Transaction tx, Membership membership, int amount) {
    Membership after = membership.withMore(membership.used(), membership.granted() + amount);
    tx.update(
        "UPDATE membership SET granted = ?, turns_at = ? WHERE creator_id = ? AND user_id = ?",
        after.granted(),
        after.turnsAt(),
        membership.creator(),
        membership.user());
    return after;
  }

  void updateOwnAllowance(Transaction tx, Membership membership, @Nullable Integer allowed) {
    tx.update(
        "UPDATE membership SET own_allowed = ? WHERE creator_id = ? AND user_id = ?",
        allowed,
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
}
