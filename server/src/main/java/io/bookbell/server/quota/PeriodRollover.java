package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamListUpdates;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.outbox.OutboxStore.News;
import io.bookbell.server.quota.MembershipStore.DueMembership;
import io.bookbell.server.quota.MembershipStore.LockedMembership;
import io.bookbell.server.storage.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
  private final QuotaService quotaService;
  private final TeamListUpdates desks;
  private final InboxStore inboxStore;
  private final OutboxStore outboxStore;

  public PeriodRollover(
      CreatorStore creatorStore,
      QuotaService quotaService,
      TeamListUpdates desks,
      InboxStore inboxStore,
      OutboxStore outboxStore) {
    this.creatorStore = creatorStore;
    this.quotaService = quotaService;
    this.desks = desks;
    this.inboxStore = inboxStore;
    this.outboxStore = outboxStore;
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
    CreatorRow row = creatorStore.lockCreator(tx, creator);
    var outgoingMessages = new OutgoingMessages();
    var renewed = new ArrayList<UserId>();
    for (UserId user : users) {
      LockedMembership locked = membershipStore.lockAndTurn(tx, creator, user).orElse(null);
      if (locked != null && locked.moved()) {
        quotaService.addQuotaUpdate(tx, locked.membership(), outgoingMessages);
        renewed.add(user);
      }
    }
    inboxStore.append(tx, outgoingMessages);
    if (!renewed.isEmpty()) {
      outboxStore.addForUsers(tx, quotaReset(row), renewed);
      desks.broadcastUpdate(tx, creator, "quotas_reset");
    }
  }

  private static News quotaReset(CreatorRow creator) {
    String body = NewsBody.of("quota_reset", Map.of("creator_name", creator.creator().name()));
    return new News(NewsEvent.QUOTA_RESET, creator.id(), null, null, false, body);
  }
}
