package io.bookbell.server.quota;

import static io.bookbell.server.storage.schema.Tables.TIER;
import static io.bookbell.server.storage.schema.Tables.TIER_ANNOUNCEMENT;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.Activity;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.CaseFolding;
import io.bookbell.server.web.Problem;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.Record;

/** A creator's levels of support. Thread-safe. */
public final class Tiers {
  private final Creators creators;
  private final Roles roles;
  private final Activity activity;

  public Tiers(Creators creators, Roles roles, Activity activity) {
    this.creators = creators;
    this.roles = roles;
    this.activity = activity;
  }

  private static final int MOST = 50;

  /** What a tier is to be. */
  public record Terms(String name, int requestsAllowed, Period period) {}

  /** What of a tier is to change; what is empty stays. */
  public record Changes(
      Optional<String> name, Optional<Integer> requestsAllowed, Optional<Period> period) {
    private Terms of(Tier tier) {
      return new Terms(
          name.orElse(tier.name()),
          requestsAllowed.orElse(tier.requestsAllowed()),
          period.orElse(tier.period()));
    }
  }

  /** The creator's tiers by id; for admins. */
  public List<Tier> list(Transaction tx, UserId actor, UserId creatorId) {
    roles.requireAdmin(tx, creators.get(tx, creatorId), actor);
    return tx.sql()
        .selectFrom(TIER)
        .where(TIER.CREATOR_ID.eq(creatorId))
        .orderBy(TIER.ID)
        .fetch(Tiers::tier);
  }

  /**
   * Adds a tier; for the creator.
   *
   * @throws Problem 409 when the creator has a tier of that name, or as many as there may be
   */
  public Tier create(Transaction tx, UserId actor, UserId creatorId, Terms terms) {
    CreatorRow creator = creators.lock(tx, creatorId);
    roles.requireCreator(tx, creator, actor);
    if (tx.sql().fetchCount(TIER, TIER.CREATOR_ID.eq(creatorId)) >= MOST) {
      throw Problem.full("too_many_tiers", MOST, "tiers");
    }
    refuseDuplicate(tx, creatorId, terms.name(), 0);
    long id =
        tx.returningOne(
                tx.sql()
                    .insertInto(TIER)
                    .set(TIER.CREATOR_ID, creatorId)
                    .set(TIER.NAME, terms.name())
                    .set(TIER.REQUESTS_ALLOWED, terms.requestsAllowed())
                    .set(TIER.PERIOD, terms.period().wireName())
                    .set(TIER.CREATED_AT, tx.now()),
                TIER.ID)
            .orElseThrow();
    activity.record(tx, creatorId, actor, "tier_created", describe(terms));
    return new Tier(id, creatorId, terms.name(), terms.requestsAllowed(), terms.period());
  }

  /**
   * Changes a tier for all who are on it, at once; {@link TierAnnouncer} tells them one by one.
   *
   * @throws Problem 409 when the creator has another tier of that name
   */
  public Tier change(Transaction tx, UserId actor, long tierId, Changes changes) {
    Tier unlocked = find(tx, TIER.ID.eq(tierId)).orElseThrow(Problem::notFound);
    CreatorRow creator = creators.lock(tx, unlocked.creatorId());
    roles.requireCreator(tx, creator, actor);
    Tier before = find(tx, TIER.ID.eq(tierId)).orElseThrow(Problem::notFound);
    Terms terms = changes.of(before);
    refuseDuplicate(tx, creator.id(), terms.name(), tierId);
    tx.sql()
        .update(TIER)
        .set(TIER.NAME, terms.name())
        .set(TIER.REQUESTS_ALLOWED, terms.requestsAllowed())
        .set(TIER.PERIOD, terms.period().wireName())
        .where(TIER.ID.eq(tierId))
        .execute();
    announce(tx, before);
    activity.record(tx, creator.id(), actor, "tier_changed", describe(terms));
    return new Tier(tierId, creator.id(), terms.name(), terms.requestsAllowed(), terms.period());
  }

  private static void announce(Transaction tx, Tier tier) {
    tx.sql()
        .insertInto(TIER_ANNOUNCEMENT)
        .set(TIER_ANNOUNCEMENT.TIER_ID, tier.id())
        .set(TIER_ANNOUNCEMENT.CREATOR_ID, tier.creatorId())
        .set(TIER_ANNOUNCEMENT.TOLD_UP_TO, 0L)
        .onConflict(TIER_ANNOUNCEMENT.TIER_ID)
        .doUpdate()
        .set(TIER_ANNOUNCEMENT.TOLD_UP_TO, 0L)
        .execute();
  }

  /** A tier of the creator's own. */
  public Optional<Tier> find(Transaction tx, UserId creatorId, long tierId) {
    return find(tx, TIER.ID.eq(tierId).and(TIER.CREATOR_ID.eq(creatorId)));
  }

  private static Optional<Tier> find(Transaction tx, Condition which) {
    return tx.sql().selectFrom(TIER).where(which).fetchOptional(Tiers::tier);
  }

  private static void refuseDuplicate(
      Transaction tx, UserId creatorId, String name, long exceptTier) {
    Condition others = TIER.CREATOR_ID.eq(creatorId).and(TIER.ID.ne(exceptTier));
    if (tx.sql().select(TIER.NAME).from(TIER).where(others).fetch(TIER.NAME).stream()
        .anyMatch(other -> CaseFolding.areEqual(other, name))) {
      throw Problem.conflict("tier_exists", "A tier named “" + name + "” already exists.");
    }
  }

  private static String describe(Terms terms) {
    String every = terms.period() == Period.MONTH ? " a month" : "";
    return terms.name() + ": " + terms.requestsAllowed() + every;
  }

  static Tier tier(Record row) {
    return new Tier(
        row.get(TIER.ID),
        row.get(TIER.CREATOR_ID),
        row.get(TIER.NAME),
        row.get(TIER.REQUESTS_ALLOWED),
        Period.of(row.get(TIER.PERIOD)));
  }
}
