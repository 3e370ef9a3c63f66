package io.bookbell.server.quota;

import static io.bookbell.server.storage.schema.Tables.MEMBERSHIP;
import static io.bookbell.server.storage.schema.Tables.TIER;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.PreparedQuery;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.SelectConditionStep;

/**
 * Stores the memberships. Thread-safe and stateless.
 *
 * <p>A row's {@code used} and {@code granted} belong to the period named in the row. When a new
 * period has begun, or the tier now has another kind of period, the current values are calculated
 * from the ledger, and the row is updated when it is next locked. Requests used in the current
 * period are carried over when the kind of period changes; otherwise changing tiers back and forth
 * would double the allowance.
 */
final class MembershipStore {
  private static final PreparedQuery<MembershipKey, SelectConditionStep<Record>> BY_KEY =
      PreparedQuery.of(
          (sql, from) ->
              selectMemberships(
                  sql,
                  matchesKey(
                      from.parameterFor(MEMBERSHIP.CREATOR_ID, MembershipKey::creator),
                      from.parameterFor(MEMBERSHIP.USER_ID, MembershipKey::user))));
  private static final PreparedQuery<UserId, ResultQuery<Record>> OF_USER =
      PreparedQuery.of(
          (sql, from) ->
              selectMemberships(
                      sql,
                      MEMBERSHIP.USER_ID.eq(from.parameterFor(MEMBERSHIP.USER_ID, user -> user)))
                  .orderBy(MEMBERSHIP.CREATOR_ID));
  private static final PreparedQuery<Membership, Query> CONSUME =
      PreparedQuery.of(
          (sql, from) ->
              sql.update(MEMBERSHIP)
                  .set(MEMBERSHIP.USED, MEMBERSHIP.USED.plus(1))
                  .where(
                      matchesKey(
                          from.parameterFor(MEMBERSHIP.CREATOR_ID, Membership::creator),
                          from.parameterFor(MEMBERSHIP.USER_ID, Membership::user)))
                  .and(
                      MEMBERSHIP.USED.lt(
                          from.parameterFor(MEMBERSHIP.USED, Membership::requestsAllowed))));

  Optional<Membership> findMembership(Transaction tx, UserId creator, UserId user) {
    return tx.bindQuery(BY_KEY, new MembershipKey(creator, user))
        .fetchOptional(row -> toCurrentMembership(tx, row));
  }

  List<Membership> findByUser(Transaction tx, UserId user) {
    return tx.bindQuery(OF_USER, user).fetch(row -> toCurrentMembership(tx, row));
  }

  /** Returns memberships of a tier with user ids above {@code above}, ordered by user id. */
  List<Membership> findByTier(Transaction tx, long tier, long above, int limit) {
    Condition rest = above == 0 ? noCondition() : MEMBERSHIP.USER_ID.gt(new UserId(above));
    return selectMemberships(tx.sql(), MEMBERSHIP.TIER_ID.eq(tier).and(rest))
        .orderBy(MEMBERSHIP.USER_ID)
        .limit(limit)
        .fetch(row -> toCurrentMembership(tx, row));
  }

  /** Finds a creator some of whose memberships still have a past month's period. */
  Optional<UserId> findCreatorInPastMonth(Transaction tx, String currentMonth) {
    return tx.sql()
        .select(MEMBERSHIP.CREATOR_ID)
        .from(MEMBERSHIP)
        .where(MEMBERSHIP.PERIOD_KEY.lt(currentMonth))
        .orderBy(MEMBERSHIP.PERIOD_KEY, MEMBERSHIP.CREATOR_ID)
        .limit(1)
        .fetchOptional(MEMBERSHIP.CREATOR_ID);
  }

  /**
   * Returns the users whose memberships of this creator still have a past month's period, ordered
   * by id.
   */
  List<UserId> findUsersInPastMonth(
      Transaction tx, UserId creator, String currentMonth, int limit) {
    return tx.sql()
        .select(MEMBERSHIP.USER_ID)
        .from(MEMBERSHIP)
        .where(MEMBERSHIP.CREATOR_ID.eq(creator))
        .and(MEMBERSHIP.PERIOD_KEY.lt(currentMonth))
        .orderBy(MEMBERSHIP.USER_ID)
        .limit(limit)
        .fetch(MEMBERSHIP.USER_ID);
  }

  /** Returns the number of creators a user supports. */
  int countByUser(Transaction tx, UserId user) {
    return tx.sql().fetchCount(MEMBERSHIP, MEMBERSHIP.USER_ID.eq(user));
  }

  boolean isMember(Transaction tx, UserId creator, UserId user) {
    return tx.sql().fetchExists(MEMBERSHIP, matchesKey(creator, user));
  }

  Set<UserId> findSupporters(Transaction tx, UserId creator) {
    return tx.sql()
        .select(MEMBERSHIP.USER_ID)
        .from(MEMBERSHIP)
        .where(MEMBERSHIP.CREATOR_ID.eq(creator))
        .fetchSet(MEMBERSHIP.USER_ID);
  }

  void insertMembership(Transaction tx, UserId creator, UserId user, Tier tier) {
    Instant now = tx.now();
    tx.sql()
        .insertInto(MEMBERSHIP)
        .set(MEMBERSHIP.CREATOR_ID, creator)
        .set(MEMBERSHIP.USER_ID, user)
        .set(MEMBERSHIP.TIER_ID, tier.id())
        .set(MEMBERSHIP.PERIOD_KEY, tier.period().keyAt(now))
        .set(MEMBERSHIP.CREATED_AT, now)
        .execute();
  }

  /** Locks a membership and updates its row to the current period. */
  Optional<Membership> lockMembership(Transaction tx, UserId creator, UserId user) {
    tx.lockWithoutReading(
        sql -> sql.select(MEMBERSHIP.USER_ID).from(MEMBERSHIP).where(matchesKey(creator, user)));
    return tx.bindQuery(BY_KEY, new MembershipKey(creator, user))
        .fetchOptional(
            row -> {
              Membership membership = toCurrentMembership(tx, row);
              String stored = row.get(MEMBERSHIP.PERIOD_KEY);
              if (!membership.periodKey().equals(stored)) {
                if (isOtherPeriodKind(stored, membership.tier())) {
                  Ledger.carryOver(tx, membership, stored, membership.periodKey());
                }
                updatePeriod(tx, membership);
              }
              return membership;
            });
  }

  private static void updatePeriod(Transaction tx, Membership membership) {
    tx.sql()
        .update(MEMBERSHIP)
        .set(MEMBERSHIP.PERIOD_KEY, membership.periodKey())
        .set(MEMBERSHIP.USED, membership.used())
        .set(MEMBERSHIP.GRANTED, membership.granted())
        .where(matchesKey(membership.creator(), membership.user()))
        .execute();
  }

  /**
   * Takes one request from a locked membership (compare-and-set); false if the allowance is used
   * up.
   */
  boolean consumeRequest(Transaction tx, Membership membership) {
    return tx.bindQuery(CONSUME, membership).execute() == 1;
  }

  void refundRequest(Transaction tx, Membership membership) {
    tx.sql()
        .update(MEMBERSHIP)
        .set(MEMBERSHIP.USED, MEMBERSHIP.USED.minus(1))
        .where(matchesKey(membership.creator(), membership.user()))
        .execute();
  }

  void addGrant(Transaction tx, Membership membership, int amount) {
    tx.sql()
        .update(MEMBERSHIP)
        .set(MEMBERSHIP.GRANTED, MEMBERSHIP.GRANTED.plus(amount))
        .where(matchesKey(membership.creator(), membership.user()))
        .execute();
  }

  void updateTier(Transaction tx, Membership membership, Tier tier) {
    tx.sql()
        .update(MEMBERSHIP)
        .set(MEMBERSHIP.TIER_ID, tier.id())
        .where(matchesKey(membership.creator(), membership.user()))
        .execute();
  }

  private record MembershipKey(UserId creator, UserId user) {}

  private static SelectConditionStep<Record> selectMemberships(DSLContext sql, Condition which) {
    return sql.select(MEMBERSHIP.fields())
        .select(TIER.fields())
        .from(MEMBERSHIP)
        .join(TIER)
        .on(TIER.ID.eq(MEMBERSHIP.TIER_ID))
        .where(which);
  }

  private static Membership toCurrentMembership(Transaction tx, Record row) {
    Instant now = tx.now();
    UserId creator = row.get(MEMBERSHIP.CREATOR_ID);
    UserId user = row.get(MEMBERSHIP.USER_ID);
    Tier tier = TierService.toTier(row);
    String key = tier.period().keyAt(now);
    String stored = row.get(MEMBERSHIP.PERIOD_KEY);
    if (key.equals(stored)) {
      return new Membership(
          creator, user, tier, now, row.get(MEMBERSHIP.USED), row.get(MEMBERSHIP.GRANTED));
    }
    return new Membership(
        creator,
        user,
        tier,
        now,
        isOtherPeriodKind(stored, tier)
            ? Ledger.countUsedInEither(tx, creator, user, stored, key)
            : Ledger.countUsed(tx, creator, user, key),
        Ledger.sumGranted(tx, creator, user, key));
  }

  private static boolean isOtherPeriodKind(String storedKey, Tier tier) {
    return Period.ofKey(storedKey) != tier.period();
  }

  private static Condition matchesKey(UserId creator, UserId user) {
    return matchesKey(val(creator, MEMBERSHIP.CREATOR_ID), val(user, MEMBERSHIP.USER_ID));
  }

  private static Condition matchesKey(Field<UserId> creator, Field<UserId> user) {
    return MEMBERSHIP.CREATOR_ID.eq(creator).and(MEMBERSHIP.USER_ID.eq(user));
  }
}
