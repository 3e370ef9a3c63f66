package io.bookbell.server.quota;

import static io.bookbell.server.storage.schema.Tables.TIER_ANNOUNCEMENT;

import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the supporters of a changed tier their new quotas, in small transactions, so a tier with
 * many thousands of supporters blocks nobody. Progress is stored, so it continues after a restart.
 * Thread-safe; one pass runs at a time.
 */
public final class TierAnnouncer {
  private static final Logger log = LoggerFactory.getLogger(TierAnnouncer.class);
  private static final int SUPPORTERS_PER_STEP = 100;

  private final MembershipStore membershipStore = new MembershipStore();
  private final Database database;
  private final CreatorStore creatorStore;
  private final InboxStore inboxStore;
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicBoolean wanted = new AtomicBoolean();

  public TierAnnouncer(Database database, CreatorStore creatorStore, InboxStore inboxStore) {
    this.database = database;
    this.creatorStore = creatorStore;
    this.inboxStore = inboxStore;
  }

  /**
   * Starts a pass, or has the running one check again. Called at start and after a tier was
   * changed.
   */
  public void triggerPass() {
    wanted.set(true);
    if (running.compareAndSet(false, true)) {
      wanted.set(false);
      startBatch();
    }
  }

  private void startBatch() {
    CompletableFuture<Boolean> step = database.write(this::announceBatch);
    var _ = step.handle((more, failure) -> afterBatch(failure == null && more, failure));
  }

  private boolean afterBatch(boolean more, @Nullable Throwable failure) {
    if (failure != null) {
      log.warn("A tier change could not be announced; trying again at the next one", failure);
    }
    if (more) {
      startBatch();
      return true;
    }
    running.set(false);
    if (failure == null && wanted.get()) {
      triggerPass();
    }
    return false;
  }

  /** Processes one batch and returns whether there may be more. */
  private boolean announceBatch(Transaction tx) {
    var next =
        tx.sql()
            .selectFrom(TIER_ANNOUNCEMENT)
            .orderBy(TIER_ANNOUNCEMENT.TIER_ID)
            .limit(1)
            .fetchOne();
    if (next == null) {
      return false;
    }
    creatorStore.lockCreator(tx, next.getCreatorId());
    next.refresh(); // may have been reset to the first supporter before the lock was acquired
    List<Membership> some =
        membershipStore.findByTier(tx, next.getTierId(), next.getToldUpTo(), SUPPORTERS_PER_STEP);
    if (some.isEmpty()) {
      next.delete();
      return true;
    }
    var outgoingMessages = new OutgoingMessages();
    for (Membership membership : some) { // locking updates the row to the tier's kind of period
      membershipStore
          .lockMembership(tx, membership.creator(), membership.user())
          .ifPresent(current -> QuotaService.addQuotaUpdate(current, outgoingMessages));
    }
    inboxStore.append(tx, outgoingMessages);
    next.setToldUpTo(some.getLast().user().value());
    next.update();
    return true;
  }
}
