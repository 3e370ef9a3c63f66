package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamListUpdates;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.quota.MembershipStore.DueMembership;
import io.bookbell.server.quota.MembershipStore.LockedMembership;
import io.bookbell.server.storage.Transaction;
import java.util.List;

/**
 * Updates memberships whose month or week is over, or from whose rolling days something drops out,
 * and sends the supporters and the team the new quotas. The housekeeping calls it. It works in
 * small transactions, so a creator with many thousands of supporters blocks nobody; the stored
 * times tell which memberships are left. Thread-safe and stateless.
 */
public final class PeriodRollover {
  private static final int SUPPORTERS_PER_STEP = 100;

  private final MembershipStore membershipStore = new MembershipStore();
  private final CreatorStore creatorStore;
  private final TeamListUpdates desks;
  private final InboxStore inboxStore;

  public PeriodRollover(CreatorStore creatorStore, TeamListUpdates desks, InboxStore inboxStore) {
    this.creatorStore = creatorStore;
    this.desks = desks;
    this.inboxStore = inboxStore;
  }

  /**
   * Updates a batch of one creator's memberships to the current period.
   *
   * @return whether there may be more
   */
  public boolean renewBatch(Transaction tx) {
    List<DueMembership> due = membershipStore.findDue(tx, SUPPORTERS_PER_STEP);
    if (due.isEmpty()) {
      return false;
    }
    UserId creator = due.getFirst().creator();
    renewQuotas(
        tx,
        creator,
        due.stream()
            .filter(each -> each.creator().equals(creator))
            .map(DueMembership::user)
            .sorted()
            .toList());
    return true;
  }

  /** Another node may do the same, so everything is read again under the creator's lock. */
  private void renewQuotas(Transaction tx, UserId creator, List<UserId> users) {
    creatorStore.lockCreator(tx, creator);
    var outgoingMessages = new OutgoingMessages();
    boolean changed = false;
    for (UserId user : users) {
      LockedMembership locked = membershipStore.lockAndTurn(tx, creator, user).orElse(null);
      if (locked != null && locked.moved()) {
        QuotaService.addQuotaUpdate(locked.membership(), outgoingMessages);
        changed = true;
      }
    }
    inboxStore.append(tx, outgoingMessages);
    if (changed) {
      desks.broadcastUpdate(tx, creator, "quotas_reset");
    }
  }
}
