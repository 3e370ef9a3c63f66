package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.FollowedTierDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Moves supporters to the tiers that they have at a membership service, and writes the lines of the
 * ledger that say so. The creator's row is locked. Thread-safe.
 */
public final class SyncedTierService {
  private final MembershipStore membershipStore = new MembershipStore();
  private final TierService tierService;
  private final QuotaService quotaService;
  private final ActivityLog activityLog;
  private final InboxStore inboxStore;

  public SyncedTierService(
      TierService tierService,
      QuotaService quotaService,
      ActivityLog activityLog,
      InboxStore inboxStore) {
    this.tierService = tierService;
    this.quotaService = quotaService;
    this.activityLog = activityLog;
    this.inboxStore = inboxStore;
  }

  /** Returns the id of a supporter's tier; empty if the user isn't a supporter. */
  public Optional<Long> findTier(Transaction tx, UserId creator, UserId user) {
    return membershipStore
        .findMembership(tx, creator, user)
        .map(membership -> membership.tier().id());
  }

  /**
   * Returns the one of the creator's tiers that allows the most; in place of a deleted tier, the
   * one that its supporters were moved to counts.
   */
  public Optional<Long> findBest(Transaction tx, UserId creator, Collection<Long> tiers) {
    return tiers.stream()
        .flatMap(id -> tierService.findSuccessor(tx, creator, id).stream())
        .max(Comparator.comparingLong(SyncedTierService::limitOf).thenComparingLong(Tier::id))
        .map(Tier::id);
  }

  private static long limitOf(Tier tier) {
    Integer allowed = tier.requestsAllowed();
    return allowed == null ? Long.MAX_VALUE : allowed;
  }

  /** Moves a supporter to another tier of the creator, effective immediately. */
  public void moveSupporter(
      Transaction tx, UserId creator, UserId user, long tierId, String source) {
    Membership before = membershipStore.lockMembership(tx, creator, user).orElseThrow();
    Tier tier = tierService.find(tx, creator, tierId).orElseThrow();
    membershipStore.updateTier(tx, before, tier);
    Membership after = membershipStore.lockMembership(tx, creator, user).orElseThrow();
    TierLines.addLine(tx, after, source, before.tier().name(), tier.name());
    String name =
        tx.query("SELECT display_name FROM app_user WHERE id = ?", user)
            .single(row -> row.getString("display_name"));
    activityLog.recordActivity(
        tx,
        creator,
        user,
        ActivityKind.SUPPORTER_TIER_FOLLOWED,
        new FollowedTierDetails(user, name, before.tier().name(), tier.name(), source));
    var outgoingMessages = new OutgoingMessages();
    quotaService.addQuotaUpdate(tx, after, outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
  }

  /** Writes that somebody has become a supporter through a source. */
  public void recordJoin(Transaction tx, UserId creator, UserId user, String source) {
    Membership joined = membershipStore.lockMembership(tx, creator, user).orElseThrow();
    TierLines.addLine(tx, joined, source, null, joined.tier().name());
  }

  /** Writes that a membership is about to end because it has at a source. */
  public void recordEnd(Transaction tx, UserId creator, UserId user, String source) {
    Membership ending = membershipStore.lockMembership(tx, creator, user).orElseThrow();
    TierLines.addLine(tx, ending, source, ending.tier().name(), null);
  }
}
