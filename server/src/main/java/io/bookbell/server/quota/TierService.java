package io.bookbell.server.quota;

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
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.text.CaseFolding;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

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

  private static final String SELECT =
      "SELECT id, creator_id, name, requests_allowed, period FROM tier ";

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
    return tx.query(SELECT + "WHERE creator_id = ? ORDER BY id", creatorId)
        .list(TierService::toTier);
  }

  /**
   * Creates a tier; for the creator.
   *
   * @throws Problem 409 when the name is taken, or when the creator has the maximum number
   */
  public Tier create(Transaction tx, UserId actor, UserId creatorId, TierTerms tierTerms) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireCreator(tx, creator, actor);
    int tiers =
        tx.query("SELECT count(*) AS amount FROM tier WHERE creator_id = ?", creatorId)
            .single(row -> row.getInt("amount"));
    if (tiers >= MOST) {
      throw Problem.limitReached("too_many_tiers", MOST, "tiers");
    }
    requireUniqueName(tx, creatorId, tierTerms.name(), 0);
    long id =
        tx.query(
                """
                INSERT INTO tier (creator_id, name, requests_allowed, period, created_at)
                VALUES (?, ?, ?, ?, ?)
                RETURNING id""",
                creatorId,
                tierTerms.name(),
                tierTerms.requestsAllowed(),
                tierTerms.period().wireName(),
                tx.now())
            .single(row -> row.getLong("id"));
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
    Tier unlocked = findById(tx, tierId).orElseThrow(Problem::notFound);
    CreatorRow creator = creatorStore.lockCreator(tx, unlocked.creatorId());
    creatorRoles.requireCreator(tx, creator, actor);
    Tier before = findById(tx, tierId).orElseThrow(Problem::notFound);
    TierTerms tierTerms = tierChanges.applyTo(before);
    requireUniqueName(tx, creator.id(), tierTerms.name(), tierId);
    tx.update(
        "UPDATE tier SET name = ?, requests_allowed = ?, period = ? WHERE id = ?",
        tierTerms.name(),
        tierTerms.requestsAllowed(),
        tierTerms.period().wireName(),
        tierId);
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
    tx.update(
        """
        INSERT INTO tier_announcement (tier_id, creator_id, told_up_to) VALUES (?, ?, 0)
        ON CONFLICT (tier_id) DO UPDATE SET told_up_to = 0""",
        tier.id(),
        tier.creatorId());
  }

  /** Finds one of the creator's tiers. */
  public Optional<Tier> find(Transaction tx, UserId creatorId, long tierId) {
    return tx.query(SELECT + "WHERE id = ? AND creator_id = ?", tierId, creatorId)
        .first(TierService::toTier);
  }

  private static Optional<Tier> findById(Transaction tx, long tierId) {
    return tx.query(SELECT + "WHERE id = ?", tierId).first(TierService::toTier);
  }

  private static void requireUniqueName(
      Transaction tx, UserId creatorId, String name, long exceptTier) {
    List<String> others =
        tx.query("SELECT name FROM tier WHERE creator_id = ? AND id <> ?", creatorId, exceptTier)
            .list(row -> row.getString("name"));
    if (others.stream().anyMatch(other -> CaseFolding.areEqual(other, name))) {
      throw Problem.conflict("tier_exists", "A tier named “" + name + "” already exists.");
    }
  }

  static Tier toTier(SqlRow row) throws SQLException {
    return new Tier(
        row.getLong("id"),
        row.getUser("creator_id"),
        row.getString("name"),
        row.getInt("requests_allowed"),
        Period.of(row.getString("period")));
  }
}
