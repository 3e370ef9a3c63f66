package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamListUpdates;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;

/**
 * Updates memberships to a new month, and sends the supporters and the team the new quotas. The
 * housekeeping calls it. It works in small transactions, so a creator with many thousands of
 * supporters blocks nobody; the stored periods tell which memberships are left. Thread-safe and
 * stateless.
 */
public final class MonthRollover {
  private static final int SUPPORTERS_PER_STEP = 100;

  private final MembershipStore membershipStore = new MembershipStore();
  private final CreatorStore creatorStore;
  private final TeamListUpdates desks;
  private final InboxStore inboxStore;

  public MonthRollover(CreatorStore creatorStore, TeamListUpdates desks, InboxStore inboxStore) {
    this.creatorStore = creatorStore;
    this.desks = desks;
    this.inboxStore = inboxStore;
  }

  /**
   * Updates a batch of one creator's memberships to the current month.
   *
   * @return whether there may be more
   */
  public boolean renewBatch(Transaction tx) {
    String month = Period.MONTH.keyAt(tx.now());
    Optional<UserId> creator = membershipStore.findCreatorInPastMonth(tx, month);
    creator.ifPresent(id -> renewQuotas(tx, id, month));
    return creator.isPresent();
  }

  private void renewQuotas(Transaction tx, UserId creator, String month) {
    creatorStore.lockCreator(
        tx, creator); // another node may do the same; the rest is read under the lock
    var outgoingMessages = new OutgoingMessages();
    for (UserId user :
        membershipStore.findUsersInPastMonth(tx, creator, month, SUPPORTERS_PER_STEP)) {
      QuotaService.addQuotaUpdate(
          membershipStore.lockMembership(tx, creator, user).orElseThrow(), outgoingMessages);
    }
    inboxStore.append(tx, outgoingMessages);
    desks.broadcastUpdate(tx, creator, "quotas_reset");
  }
}
