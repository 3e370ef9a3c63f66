package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamListUpdates;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;

/**
 * Brings supporters into a month that has begun and tells them, and the team, their new quotas. It
 * runs in small transactions, so that a creator with many thousands of supporters holds nobody up;
 * the stored rows say who is still to come. Thread-safe: it keeps nothing between calls.
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
   * Brings some supporters of one creator into the current month.
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
        tx, creator); // another node may be at it: what is left is read under the lock
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
