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
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.Transaction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Updates memberships whose month or week is over, or from whose rolling days something drops out,
 * and sends the supporters and the team the new quotas. The housekeeping calls it. It works in
 * small transactions, so a creator with many thousands of supporters blocks nobody; the stored
 * times tell which memberships are left. Thread-safe and stateless.
 */
public final class PeriodRollover {
  private static final Logger log = LoggerFactory.getLogger(PeriodRollover.class);
  private static final int SUPPORTERS_PER_STEP = 100;

  /** No creator: a list of ids can't be empty. */
  private static final Set<Long> NONE = Set.of(0L);

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

  /** Has all memberships with a period updated, because it isn't known when their periods turn. */
  public static void recalculateAll(Transaction tx) {
    tx.update("UPDATE membership SET turns_at = 0 WHERE period_key <> 'none' AND ended_at IS NULL");
  }

  /**
   * Updates all memberships that are due, in batches. Where one fails, the other creators'
   * memberships are still updated.
   *
   * @param stopped whether to end early
   */
  public void renewAll(Database database, BooleanSupplier stopped) {
    var failed = new HashSet<>(NONE);
    var attempted = new AtomicReference<@Nullable UserId>();
    boolean more = true;
    while (more && !stopped.getAsBoolean()) {
      try {
        more = database.write(tx -> renewBatch(tx, failed, attempted)).join();
      } catch (CompletionException e) {
        @Nullable UserId creator = attempted.get();
        if (creator == null || e.getCause() instanceof StorageException || stopped.getAsBoolean()) {
          throw e;
        }
        failed.add(creator.value());
        log.warn(
            "Could not bring supporters of creator {} into the new period; trying again in a minute",
            creator,
            e);
      }
    }
  }

  /**
   * Updates a batch of one creator's memberships to the current period.
   *
   * @return whether there may be more
   */
  public boolean renewBatch(Transaction tx) {
    return renewBatch(tx, NONE, new AtomicReference<>());
  }

  private boolean renewBatch(
      Transaction tx, Set<Long> except, AtomicReference<@Nullable UserId> attempted) {
    attempted.set(null);
    List<DueMembership> due = membershipStore.findDue(tx, except, SUPPORTERS_PER_STEP);
    if (due.isEmpty()) {
      return false;
    }
    UserId creator = due.getFirst().creator();
    attempted.set(creator);
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
    boolean moved = false;
    var renewed = new ArrayList<UserId>();
    for (UserId user : users) {
      TurnedMembership locked = membershipStore.lockAndUpdatePeriod(tx, creator, user).orElse(null);
      if (locked != null && locked.moved()) {
        quotaService.addQuotaUpdate(tx, locked.membership(), outgoingMessages);
        moved = true;
        if (locked.hasMoreLeft()) {
          renewed.add(user);
        }
      }
    }
    inboxStore.append(tx, outgoingMessages);
    if (!renewed.isEmpty()) {
      outboxStore.addForUsers(tx, quotaReset(row), renewed);
    }
    if (moved) {
      desks.broadcastUpdate(tx, creator, "quotas_reset");
    }
  }

  private static News quotaReset(CreatorRow creator) {
    String body = NewsBody.of("quota_reset", Map.of("creator_name", creator.creator().name()));
    return new News(NewsEvent.QUOTA_RESET, creator.id(), null, null, false, body);
  }
}
