package io.bookbell.server.quota;

import static io.bookbell.server.storage.schema.Tables.TIER;
import static io.bookbell.server.storage.schema.Tables.TIER_ANNOUNCEMENT;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.TierDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.activity.FieldChange;
import io.bookbell.server.activity.FieldChange.ChangeCollector;
import io.bookbell.server.activity.FieldChange.ChangedField;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.CaseFolding;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.Record;

/** Manages a creator's tiers. Thread-safe. */
public final class TierService {
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final ActivityLog activityLog;

  public TierService(
      CreatorStore creatorStore, CreatorRoles creatorRoles, ActivityLog activityLog) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.activityLog = activityLog;
  }

  private static final int MOST = 50;

  /** The terms of a tier. */
  public record TierTerms(String name, int requestsAllowed, Period period) {
    private List<FieldChange> findChanges(Tier before) {
      return new ChangeCollector()
          .compareField(ChangedField.NAME, before.name(), name)
          .compareField(ChangedField.REQUESTS_ALLOWED, before.requestsAllowed(), requestsAllowed)
          .compareField(ChangedField.PERIOD, before.period().wireName(), period.wireName())
          .toList();
    }

    private TierDetails toDetails(List<FieldChange> changes) {
      return new TierDetails(name, requestsAllowed, period.wireName(), changes);
    }
  }

  /** The fields to change; empty fields stay as they are. */
  public record TierChanges(
      Optional<String> name, Optional<Integer> requestsAllowed, Optional<Period> period) {
    private TierTerms applyTo(Tier tier) {
      return new TierTerms(
          name.orElse(tier.name()),
          requestsAllowed.orElse(tier.requestsAllowed()),
          period.orElse(tier.period()));
    }
  }

  /** Returns the creator's tiers, ordered by id; for admins. */
  public List<Tier> list(Transaction tx, UserId actor, UserId creatorId) {
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    return tx.sql()
        .selectFrom(TIER)
        .where(TIER.CREATOR_ID.eq(creatorId))
        .orderBy(TIER.ID)
        .fetch(TierService::toTier);
  }

  /**
   * Creates a tier; for the creator.
   *
   * @throws Problem 409 when the name is taken, or when the creator has the maximum number
   */
  public Tier create(Transaction tx, UserId actor, UserId creatorId, TierTerms tierTerms) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireCreator(tx, creator, actor);
    if (tx.sql().fetchCount(TIER, TIER.CREATOR_ID.eq(creatorId)) >= MOST) {
      throw Problem.limitReached("too_many_tiers", MOST, "tiers");
    }
    requireUniqueName(tx, creatorId, tierTerms.name(), 0);
    long id =
        tx.executeReturningOne(
                tx.sql()
                    .insertInto(TIER)
                    .set(TIER.CREATOR_ID, creatorId)
                    .set(TIER.NAME, tierTerms.name())
                    .set(TIER.REQUESTS_ALLOWED, tierTerms.requestsAllowed())
                    .set(TIER.PERIOD, tierTerms.period().wireName())
                    .set(TIER.CREATED_AT, tx.now()),
                TIER.ID)
            .orElseThrow();
    activityLog.recordActivity(
        tx, creatorId, actor, ActivityKind.TIER_CREATED, tierTerms.toDetails(List.of()));
    return new Tier(
        id, creatorId, tierTerms.name(), tierTerms.requestsAllowed(), tierTerms.period());
  }

  /**
   * Changes a tier for all its supporters, effective immediately; for the creator. {@link
   * TierAnnouncer} notifies the supporters.
   *
   * @throws Problem 409 when the new name is taken
   */
  public Tier update(Transaction tx, UserId actor, long tierId, TierChanges tierChanges) {
    Tier unlocked = findWhere(tx, TIER.ID.eq(tierId)).orElseThrow(Problem::notFound);
    CreatorRow creator = creatorStore.lockCreator(tx, unlocked.creatorId());
    creatorRoles.requireCreator(tx, creator, actor);
    Tier before = findWhere(tx, TIER.ID.eq(tierId)).orElseThrow(Problem::notFound);
    TierTerms tierTerms = tierChanges.applyTo(before);
    requireUniqueName(tx, creator.id(), tierTerms.name(), tierId);
    tx.sql()
        .update(TIER)
        .set(TIER.NAME, tierTerms.name())
        .set(TIER.REQUESTS_ALLOWED, tierTerms.requestsAllowed())
        .set(TIER.PERIOD, tierTerms.period().wireName())
        .where(TIER.ID.eq(tierId))
        .execute();
    scheduleAnnouncement(tx, before);
    activityLog.recordActivity(
        tx,
        creator.id(),
        actor,
        ActivityKind.TIER_CHANGED,
        tierTerms.toDetails(tierTerms.findChanges(before)));
    return new Tier(
        tierId, creator.id(), tierTerms.name(), tierTerms.requestsAllowed(), tierTerms.period());
  }

  private static void scheduleAnnouncement(Transaction tx, Tier tier) {
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

  /** Finds one of the creator's tiers. */
  public Optional<Tier> find(Transaction tx, UserId creatorId, long tierId) {
    return findWhere(tx, TIER.ID.eq(tierId).and(TIER.CREATOR_ID.eq(creatorId)));
  }

  private static Optional<Tier> findWhere(Transaction tx, Condition which) {
    return tx.sql().selectFrom(TIER).where(which).fetchOptional(TierService::toTier);
  }

  private static void requireUniqueName(
      Transaction tx, UserId creatorId, String name, long exceptTier) {
    Condition others = TIER.CREATOR_ID.eq(creatorId).and(TIER.ID.ne(exceptTier));
    if (tx.sql().select(TIER.NAME).from(TIER).where(others).fetch(TIER.NAME).stream()
        .anyMatch(other -> CaseFolding.areEqual(other, name))) {
      throw Problem.conflict("tier_exists", "A tier named “" + name + "” already exists.");
    }
  }

  static Tier toTier(Record row) {
    return new Tier(
        row.get(TIER.ID),
        row.get(TIER.CREATOR_ID),
        row.get(TIER.NAME),
        row.get(TIER.REQUESTS_ALLOWED),
        Period.of(row.get(TIER.PERIOD)));
  }
}
