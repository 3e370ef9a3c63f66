package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.AllowanceDetails;
import io.bookbell.server.activity.ActivityDetails.GrantDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterTierDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.NullableInteger;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.quota.MembershipStore.StoredTier;
import io.bookbell.server.quota.SupporterQueries.SupporterPerson;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Manages a creator's supporters, their tiers and their grants. Thread-safe. */
public final class SupporterService {
  private static final int MAX_PER_USER = 500;

  private final MembershipStore membershipStore = new MembershipStore();
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final TierService tierService;
  private final QuotaService quotaService;
  private final ActivityLog activityLog;
  private final InboxStore inboxStore;

  public SupporterService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      TierService tierService,
      QuotaService quotaService,
      ActivityLog activityLog,
      InboxStore inboxStore) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.tierService = tierService;
    this.quotaService = quotaService;
    this.activityLog = activityLog;
    this.inboxStore = inboxStore;
  }

  /**
   * Returns a page of supporters ordered by id, optionally only those whose name or e-mail address
   * matches the text; for admins.
   */
  public ListPage<Supporter> list(
      Transaction tx, UserId actor, UserId creatorId, Optional<String> text, PageRequest page) {
    tx.nowLater();
    var rows = SupporterQueries.findCurrentLater(tx, creatorId, text, page);
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    return ListPage.of(rows.get(), page.limit(), current -> current.person().id().value())
        .mapItems(
            people ->
                people.stream()
                    .map(
                        current ->
                            toSupporterLater(
                                tx, current.person(), current.membership().toCurrentMembership(tx)))
                    .toList()
                    .stream()
                    .map(Supplier::get)
                    .toList());
  }

  /** A supporter, their quota, and the ledger lines behind it. */
  public record SupporterAccount(
      Supporter supporter, Quota quota, List<Ledger.LedgerEntry> entries) {}

  /**
   * Returns one supporter; for admins.
   *
   * @throws Problem 404 when the user isn't a supporter
   */
  public SupporterAccount getAccount(Transaction tx, UserId actor, UserId creatorId, UserId user) {
    var found = membershipStore.findMembershipLater(tx, creatorId, user);
    var person = SupporterQueries.findPersonLater(tx, user);
    var entries = Ledger.findEntriesLater(tx, creatorId, user);
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    Membership membership = found.get().orElseThrow(Problem::notFound);
    Quota quota = quotaService.toQuota(tx, membership);
    return new SupporterAccount(
        Supporter.of(person.get(), membership, quota), quota, entries.get());
  }

  private Supporter toSupporter(Transaction tx, SupporterPerson person, Membership membership) {
    return toSupporterLater(tx, person, membership).get();
  }

  private Supplier<Supporter> toSupporterLater(
      Transaction tx, SupporterPerson person, Membership membership) {
    Supplier<Quota> quota = quotaService.toQuotaLater(tx, membership);
    return () -> Supporter.of(person, membership, quota.get());
  }

  /** What to change about a supporter; empty fields stay as they are. */
  public record SupporterChanges(Optional<Long> tier, Optional<NullableInteger> ownAllowance) {}

  /**
   * Moves a supporter to another tier, effective immediately, logs it, and tells the supporter the
   * new quota. Whoever may do it, and when it is refused: as in {@link #change}.
   */
  public Supporter setTier(
      Transaction tx, UserId actor, UserId creatorId, UserId user, long tierId) {
    return change(
        tx, actor, creatorId, user, new SupporterChanges(Optional.of(tierId), Optional.empty()));
  }

  /**
   * Moves a supporter to another tier or changes their own allowance, effective immediately; for
   * those who manage people.
   *
   * @throws Problem 404 when the user isn't a supporter, 400 when the tier isn't one of the
   *     creator's, 403 for a team member's own membership
   */
  public Supporter change(
      Transaction tx, UserId actor, UserId creatorId, UserId user, SupporterChanges changes) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireTeamRole(tx, creator, actor, TeamRole.PEOPLE);
    Membership before =
        membershipStore.lockMembership(tx, creatorId, user).orElseThrow(Problem::notFound);
    creatorRoles.requireNotOwner(creator, actor, user);
    SupporterPerson person = SupporterQueries.findPerson(tx, user);
    Optional<Tier> tier = changes.tier.map(id -> requireTier(tx, creatorId, id));
    tier.ifPresent(wanted -> moveToTier(tx, actor, before, wanted, person));
    changes.ownAllowance.ifPresent(
        wanted -> setOwnAllowance(tx, actor, before, wanted.value(), person));
    Membership after = membershipStore.lockMembership(tx, creatorId, user).orElseThrow();
    announceQuota(tx, after);
    return toSupporter(tx, person, after);
  }

  private void moveToTier(
      Transaction tx, UserId actor, Membership before, Tier tier, SupporterPerson person) {
    if (tier.id() == before.tier().id()) {
      return;
    }
    membershipStore.updateTier(tx, before, tier);
    Membership after =
        membershipStore.lockMembership(tx, before.creator(), before.user()).orElseThrow();
    TierLines.addTierChange(tx, after, actor, before.tier().name(), tier.name());
    activityLog.recordActivity(
        tx,
        before.creator(),
        actor,
        ActivityKind.SUPPORTER_TIER_CHANGED,
        new SupporterTierDetails(
            person.id(), person.displayName(), before.tier().name(), tier.name()));
  }

  private void setOwnAllowance(
      Transaction tx,
      UserId actor,
      Membership before,
      @Nullable Integer allowance,
      SupporterPerson person) {
    if (Objects.equals(allowance, before.ownAllowed())) {
      return;
    }
    membershipStore.updateOwnAllowance(tx, before, allowance);
    activityLog.recordActivity(
        tx,
        before.creator(),
        actor,
        ActivityKind.ALLOWANCE_CHANGED,
        new AllowanceDetails(person.id(), person.displayName(), allowance));
  }

  /**
   * Increases or decreases a supporter's allowance in the current period; for those who manage
   * people.
   *
   * @param amount not 0; negative to decrease
   * @throws Problem 404 when the user isn't a supporter, 403 for a team member's own quota
   */
  public QuotaGrant grantRequests(
      Transaction tx, UserId actor, UserId creatorId, UserId user, int amount, String reason) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireTeamRole(tx, creator, actor, TeamRole.PEOPLE);
    Membership before =
        membershipStore.lockMembership(tx, creatorId, user).orElseThrow(Problem::notFound);
    creatorRoles.requireNotOwner(creator, actor, user);
    Membership after = membershipStore.addGrant(tx, before, amount);
    long line = Ledger.addGrant(tx, after, amount, reason, actor);
    activityLog.recordActivity(
        tx,
        creatorId,
        actor,
        ActivityKind.QUOTA_GRANTED,
        new GrantDetails(
            user, SupporterQueries.findPerson(tx, user).displayName(), amount, reason));
    announceQuota(tx, after);
    return new QuotaGrant(
        quotaService.toQuota(tx, after), Ledger.findEntry(tx, creatorId, user, line));
  }

  /** The quota after a grant, and the grant's ledger line. */
  public record QuotaGrant(Quota quota, Ledger.LedgerEntry entry) {}

  /**
   * Makes a user a supporter of a creator whose row is locked.
   *
   * @throws Problem 409 when the user already is one, or supports the maximum number of creators,
   *     403 when the creator has blocked the user
   */
  public void addSupporter(Transaction tx, CreatorRow creator, UserId user, long tierId) {
    addSupporter(tx, user, creator, user, tierId);
  }

  /**
   * Like {@link #addSupporter}, for a membership service, which writes its own line of the ledger.
   */
  public void addSyncedSupporter(Transaction tx, CreatorRow creator, UserId user, long tierId) {
    beginMembership(tx, user, creator, user, tierId);
  }

  /** Somebody who was in another tier before has moved, which is a line of the ledger. */
  private void addSupporter(
      Transaction tx, UserId actor, CreatorRow creator, UserId user, long tierId) {
    Optional<StoredTier> former = membershipStore.findStoredTier(tx, creator.id(), user);
    Membership membership = beginMembership(tx, actor, creator, user, tierId);
    Tier tier = membership.tier();
    former
        .filter(before -> before.id() != tier.id())
        .ifPresent(
            before -> TierLines.addTierChange(tx, membership, actor, before.name(), tier.name()));
  }

  private Membership beginMembership(
      Transaction tx, UserId actor, CreatorRow creator, UserId user, long tierId) {
    if (membershipStore.isMember(tx, creator.id(), user)) {
      throw Problem.conflict("already_member", "You already support this creator.");
    }
    if (membershipStore.countByUser(tx, user) >= MAX_PER_USER) {
      throw Problem.limitReached("too_many_memberships", MAX_PER_USER, "creators you support");
    }
    if (membershipStore.isBlocked(tx, creator.id(), user)) {
      throw Problem.of(
          403, "blocked", "Not allowed", "You can't become a supporter of this creator.");
    }
    boolean admin = creatorRoles.isAdmin(tx, creator, user);
    Tier tier =
        tierService
            .findSuccessor(tx, creator.id(), tierId)
            .orElseThrow(SupporterService::unknownTier);
    membershipStore.beginMembership(tx, creator.id(), user, tier);
    creatorStore.incrementAudienceVersion(tx, creator);
    activityLog.recordActivity(
        tx,
        creator.id(),
        actor,
        actor.equals(user) ? ActivityKind.SUPPORTER_JOINED : ActivityKind.SUPPORTER_RESTORED,
        new SupporterDetails(
            user, SupporterQueries.findPerson(tx, user).displayName(), tier.name()));
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.addAccessChange(creator.id(), user, admin ? "admin" : "supporter");
    Membership membership = membershipStore.lockMembership(tx, creator.id(), user).orElseThrow();
    quotaService.addQuotaUpdate(tx, membership, outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
    return membership;
  }

  /**
   * Makes a former supporter one again; for those who manage people.
   *
   * @throws Problem 404 when the user has never been a supporter, or is no longer anybody's
   *     account, 403 for a team member's own membership
   */
  public Supporter restoreSupporter(
      Transaction tx, UserId actor, UserId creatorId, UserId user, long tierId) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireTeamRole(tx, creator, actor, TeamRole.PEOPLE);
    creatorRoles.requireNotOwner(creator, actor, user);
    requireTier(tx, creatorId, tierId);
    requireFormer(tx, creatorId, user);
    addSupporter(tx, actor, creator, user, tierId);
    return toSupporter(
        tx,
        SupporterQueries.findPerson(tx, user),
        membershipStore.findMembership(tx, creatorId, user).orElseThrow());
  }

  /** Locks the account, because one that is being removed gets no further membership. */
  private void requireFormer(Transaction tx, UserId creatorId, UserId user) {
    if (membershipStore.findEnded(tx, creatorId, user).isEmpty()
        || !tx.query(
                "SELECT id FROM app_user WHERE id = ? AND removed_at IS NULL FOR NO KEY UPDATE",
                user)
            .exists()) {
      throw Problem.notFound();
    }
  }

  /** Ends the membership of somebody who leaves a locked creator. What was done in it stays. */
  public void endMembership(Transaction tx, CreatorRow creator, UserId user) {
    endMembership(tx, user, creator, user, ActivityKind.SUPPORTER_LEFT);
  }

  /**
   * Ends the membership of a supporter whom a locked creator or the team removes, or who leaves.
   * Nothing that was sent to them before is sent again.
   *
   * @param actor the supporter, or the admin who removes the supporter
   */
  public void removeSupporter(Transaction tx, UserId actor, CreatorRow creator, UserId user) {
    endMembership(
        tx,
        actor,
        creator,
        user,
        actor.equals(user) ? ActivityKind.SUPPORTER_LEFT : ActivityKind.SUPPORTER_REMOVED);
    boolean admin = creatorRoles.isAdmin(tx, creator, user);
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.addAccessChange(creator.id(), user, admin ? "admin" : "none");
    outgoingMessages.revokeAccess(user);
    inboxStore.append(tx, outgoingMessages);
  }

  private void endMembership(
      Transaction tx, UserId actor, CreatorRow creator, UserId user, ActivityKind kind) {
    Membership membership = membershipStore.lockMembership(tx, creator.id(), user).orElseThrow();
    membershipStore.endMembership(tx, creator.id(), user);
    creatorStore.incrementAudienceVersion(tx, creator);
    activityLog.recordActivity(
        tx,
        creator.id(),
        actor,
        kind,
        new SupporterDetails(
            user, SupporterQueries.findPerson(tx, user).displayName(), membership.tier().name()));
  }

  /**
   * Blocks a former supporter of a locked creator from becoming one again, or no longer does.
   *
   * @throws Problem 404 when the user has never been a supporter
   */
  public void setBlocked(
      Transaction tx, UserId actor, CreatorRow creator, UserId user, boolean blocked) {
    requireFormer(tx, creator.id(), user);
    if (membershipStore.isBlocked(tx, creator.id(), user) == blocked) {
      return;
    }
    membershipStore.setBlocked(tx, creator.id(), user, blocked);
    activityLog.recordActivity(
        tx,
        creator.id(),
        actor,
        blocked ? ActivityKind.SUPPORTER_BLOCKED : ActivityKind.SUPPORTER_UNBLOCKED,
        new SupporterDetails(user, SupporterQueries.findPerson(tx, user).displayName(), null));
  }

  /** The membership of somebody who is or was a supporter. */
  public record MembershipState(UserId user, long tierId, boolean ended, boolean blocked) {}

  /** Returns the membership of the account with an address; empty unless there has been one. */
  public Optional<MembershipState> findMembershipState(
      Transaction tx, UserId creatorId, String email) {
    return SupporterQueries.findState(tx, creatorId, email);
  }

  /** Returns a page of former supporters ordered by id; for admins. */
  public ListPage<FormerSupporter> listFormer(
      Transaction tx, UserId actor, UserId creatorId, PageRequest page) {
    var rows = SupporterQueries.findFormerLater(tx, creatorId, page);
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    return ListPage.of(rows.get(), page.limit(), former -> former.userId().value());
  }

  private Tier requireTier(Transaction tx, UserId creatorId, long tierId) {
    return tierService.find(tx, creatorId, tierId).orElseThrow(SupporterService::unknownTier);
  }

  private static Problem unknownTier() {
    return Problem.validationFailed("tier_id", "must be the id of one of the creator's tiers");
  }

  private void announceQuota(Transaction tx, Membership membership) {
    var outgoingMessages = new OutgoingMessages();
    quotaService.addQuotaUpdate(tx, membership, outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
  }
}
