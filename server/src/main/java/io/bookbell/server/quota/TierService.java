package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.TierDeletionDetails;
import io.bookbell.server.activity.ActivityDetails.TierDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.activity.FieldChange;
import io.bookbell.server.activity.FieldChange.ChangeCollector;
import io.bookbell.server.activity.FieldChange.ChangedField;
import io.bookbell.server.creator.Creator;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.NullableInteger;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.CaseFolding;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  private static final int MAX_TIERS = 50;

  private static final String SELECT = "SELECT " + Tier.COLUMNS + " FROM tier t ";

  /** The terms of a tier; as in {@link Tier}. */
  public record TierTerms(
      String name,
      @Nullable Integer requestsAllowed,
      Period period,
      @Nullable Integer days,
      @Nullable Integer mostOpen,
      boolean autoApprove) {

    /** The terms of a tier without rolling days, further limits or automatic approval. */
    public TierTerms(String name, @Nullable Integer requestsAllowed, Period period) {
      this(name, requestsAllowed, period, null, null, false);
    }

    private List<FieldChange> findChanges(Tier before) {
      return new ChangeCollector()
          .compareField(ChangedField.NAME, before.name(), name)
          .compareField(
              ChangedField.REQUESTS_ALLOWED,
              nullToEmpty(before.requestsAllowed()),
              nullToEmpty(requestsAllowed))
          .compareField(ChangedField.PERIOD, before.period().wireName(), period.wireName())
          .compareField(ChangedField.DAYS, nullToEmpty(before.days()), nullToEmpty(days))
          .compareField(
              ChangedField.MOST_OPEN, nullToEmpty(before.mostOpen()), nullToEmpty(mostOpen))
          .compareField(ChangedField.AUTO_APPROVE, before.autoApprove(), autoApprove)
          .toList();
    }

    private static Object nullToEmpty(@Nullable Integer value) {
      return value == null ? "" : value;
    }

    private TierDetails toDetails(List<FieldChange> changes) {
      return new TierDetails(name, requestsAllowed, period.wireName(), days, changes);
    }

    private void requireDays() {
      if ((period == Period.ROLLING) != (days != null)) {
        throw Problem.validationFailed(
            "days",
            days == null ? "is required for a rolling period" : "is only for a rolling period");
      }
    }
  }

  /** The fields to change; empty fields stay as they are. */
  public record TierChanges(
      Optional<String> name,
      Optional<NullableInteger> requestsAllowed,
      Optional<Period> period,
      Optional<Integer> days,
      Optional<NullableInteger> mostOpen,
      Optional<Boolean> autoApprove) {

    /** Changes of the name, the number of requests or the period. */
    public TierChanges(
        Optional<String> name, Optional<Integer> requestsAllowed, Optional<Period> period) {
      this(
          name,
          requestsAllowed.map(NullableInteger::new),
          period,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    private TierTerms applyTo(Tier tier) {
      Period wanted = period.orElse(tier.period());
      return new TierTerms(
          name.orElse(tier.name()),
          requestsAllowed.isPresent() ? requestsAllowed.get().value() : tier.requestsAllowed(),
          wanted,
          days.orElse(wanted == Period.ROLLING ? tier.days() : null),
          mostOpen.isPresent() ? mostOpen.get().value() : tier.mostOpen(),
          autoApprove.orElse(tier.autoApprove()));
    }
  }

  /** Returns the creator's tiers, ordered by id; for admins. */
  public List<Tier> list(Transaction tx, UserId actor, UserId creatorId) {
    var tiers =
        tx.query(
                SELECT + "WHERE t.creator_id = ? AND t.deleted_at IS NULL ORDER BY t.id", creatorId)
            .later(Tier::of);
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    return tiers.get();
  }

  /**
   * Creates a tier; for those who manage people.
   *
   * @throws Problem 409 when the name is taken, or when the creator has the maximum number
   */
  public Tier create(Transaction tx, UserId actor, UserId creatorId, TierTerms terms) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireTeamRole(tx, creator, actor, TeamRole.PEOPLE);
    terms.requireDays();
    int tiers =
        tx.query(
                """
                SELECT count(*) AS amount FROM tier
                WHERE creator_id = ? AND deleted_at IS NULL""",
                creatorId)
            .single(row -> row.getInt("amount"));
    if (tiers >= MAX_TIERS) {
      throw Problem.limitReached("too_many_tiers", MAX_TIERS, "tiers");
    }
    requireUniqueName(tx, creatorId, terms.name(), 0);
    long id =
        tx.query(
                """
                INSERT INTO tier (creator_id, name, requests_allowed, period, days, most_open,
                  auto_approve, time_zone, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                RETURNING id""",
                creatorId,
                terms.name(),
                terms.requestsAllowed(),
                terms.period().wireName(),
                terms.days(),
                terms.mostOpen(),
                terms.autoApprove(),
                creator.creator().timeZone(),
                tx.now())
            .single(row -> row.getLong("id"));
    activityLog.recordActivity(
        tx, creatorId, actor, ActivityKind.TIER_CREATED, terms.toDetails(List.of()));
    return toTier(id, creatorId, terms);
  }

  /**
   * Changes a tier for all its supporters, effective immediately; for those who manage people.
   * {@link TierAnnouncer} notifies the supporters.
   *
   * @throws Problem 409 when the new name is taken
   */
  public Tier update(Transaction tx, UserId actor, long tierId, TierChanges tierChanges) {
    Tier before = lockTier(tx, actor, tierId);
    UserId creatorId = before.creatorId();
    TierTerms terms = tierChanges.applyTo(before);
    terms.requireDays();
    requireUniqueName(tx, creatorId, terms.name(), tierId);
    List<FieldChange> changes = terms.findChanges(before);
    if (changes.isEmpty()) {
      return before;
    }
    tx.update(
        """
        UPDATE tier
        SET name = ?, requests_allowed = ?, period = ?, days = ?, most_open = ?, auto_approve = ?
        WHERE id = ?""",
        terms.name(),
        terms.requestsAllowed(),
        terms.period().wireName(),
        terms.days(),
        terms.mostOpen(),
        terms.autoApprove(),
        tierId);
    scheduleAnnouncement(tx, creatorId, tierId);
    activityLog.recordActivity(
        tx, creatorId, actor, ActivityKind.TIER_CHANGED, terms.toDetails(changes));
    return toTier(tierId, creatorId, terms);
  }

  /**
   * Deletes a tier and moves its supporters to another one, effective immediately; for those who
   * manage people. {@link TierAnnouncer} moves the rows and notifies the supporters.
   *
   * @param moveTo empty if the tier has no supporters
   * @throws Problem 409 when the tier has supporters and no other tier is given, 400 when that
   *     isn't another one of the creator's tiers
   */
  public void delete(Transaction tx, UserId actor, long tierId, Optional<Long> moveTo) {
    Tier deleted = lockTier(tx, actor, tierId);
    UserId creatorId = deleted.creatorId();
    Optional<Tier> target =
        moveTo.map(
            id ->
                find(tx, creatorId, id)
                    .filter(tier -> tier.id() != tierId)
                    .orElseThrow(
                        () ->
                            Problem.validationFailed(
                                "move_to",
                                "must be the id of another one of the creator's tiers")));
    boolean inUse = hasSupporters(tx, tierId);
    if (inUse && target.isEmpty()) {
      throw Problem.conflict(
          "tier_in_use", "“" + deleted.name() + "” has supporters. Choose a tier for them.");
    }
    Long targetId = target.map(Tier::id).orElse(null);
    tx.update("UPDATE tier SET moved_to = ? WHERE moved_to = ?", targetId, tierId);
    tx.update(
        "UPDATE tier SET deleted_at = ?, deleted_by = ?, moved_to = ? WHERE id = ?",
        tx.now(),
        actor,
        targetId,
        tierId);
    if (inUse) {
      scheduleAnnouncement(tx, creatorId, tierId);
    }
    activityLog.recordActivity(
        tx,
        creatorId,
        actor,
        ActivityKind.TIER_DELETED,
        new TierDeletionDetails(deleted.name(), target.map(Tier::name).orElse(null)));
  }

  private static boolean hasSupporters(Transaction tx, long tierId) {
    return tx.query(
                "SELECT 1 AS found FROM membership WHERE tier_id = ? AND ended_at IS NULL LIMIT 1",
                tierId)
            .exists()
        || tx.query(
                """
                SELECT 1 AS found FROM tier t
                JOIN membership m ON m.tier_id = t.id
                WHERE t.moved_to = ? AND m.ended_at IS NULL LIMIT 1""",
                tierId)
            .exists();
  }

  private Tier lockTier(Transaction tx, UserId actor, long tierId) {
    Tier unlocked = findById(tx, tierId).orElseThrow(Problem::notFound);
    CreatorRow creator = creatorStore.lockCreator(tx, unlocked.creatorId());
    creatorRoles.requireTeamRole(tx, creator, actor, TeamRole.PEOPLE);
    return findById(tx, tierId).orElseThrow(Problem::notFound);
  }

  private static Tier toTier(long id, UserId creatorId, TierTerms terms) {
    return new Tier(
        id,
        creatorId,
        terms.name(),
        terms.requestsAllowed(),
        terms.period(),
        terms.days(),
        terms.mostOpen(),
        terms.autoApprove());
  }

  /**
   * Lets the months and weeks of all tiers of a locked creator begin in the creator's time zone.
   * {@link TierAnnouncer} notifies the supporters.
   */
  public void applyTimeZone(Transaction tx, Creator creator) {
    tx.update(
        "UPDATE tier SET time_zone = ? WHERE creator_id = ?", creator.timeZone(), creator.id());
    tx.query("SELECT id FROM tier WHERE creator_id = ? AND deleted_at IS NULL", creator.id())
        .list(row -> row.getLong("id"))
        .forEach(tier -> scheduleAnnouncement(tx, creator.id(), tier));
  }

  private static void scheduleAnnouncement(Transaction tx, UserId creatorId, long tierId) {
    tx.update(
        """
        INSERT INTO tier_announcement (tier_id, creator_id, told_up_to) VALUES (?, ?, 0)
        ON CONFLICT (tier_id) DO UPDATE SET told_up_to = 0""",
        tierId,
        creatorId);
  }

  /** Finds one of the creator's tiers. */
  public Optional<Tier> find(Transaction tx, UserId creatorId, long tierId) {
    return tx.query(
            SELECT + "WHERE t.id = ? AND t.creator_id = ? AND t.deleted_at IS NULL",
            tierId,
            creatorId)
        .first(Tier::of);
  }

  /** Like {@link #find}; in place of a deleted tier, the one that its supporters were moved to. */
  public Optional<Tier> findSuccessor(Transaction tx, UserId creatorId, long tierId) {
    return tx.query(
            SELECT
                + """
                JOIN tier former ON coalesce(former.moved_to, former.id) = t.id
                WHERE former.id = ? AND t.creator_id = ? AND t.deleted_at IS NULL""",
            tierId,
            creatorId)
        .first(Tier::of);
  }

  private static Optional<Tier> findById(Transaction tx, long tierId) {
    return tx.query(SELECT + "WHERE t.id = ? AND t.deleted_at IS NULL", tierId).first(Tier::of);
  }

  private static void requireUniqueName(
      Transaction tx, UserId creatorId, String name, long exceptTier) {
    List<String> others =
        tx.query(
                """
                SELECT name FROM tier
                WHERE creator_id = ? AND id <> ? AND deleted_at IS NULL""",
                creatorId,
                exceptTier)
            .list(row -> row.getString("name"));
    if (others.stream().anyMatch(other -> CaseFolding.areEqual(other, name))) {
      throw Problem.conflict("tier_exists", "A tier named “" + name + "” already exists.");
    }
  }
}
