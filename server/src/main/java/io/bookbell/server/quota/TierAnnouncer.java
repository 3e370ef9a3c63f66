package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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
  private final QuotaService quotaService;
  private final InboxStore inboxStore;
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicBoolean wanted = new AtomicBoolean();

  /** The tiers that could not be announced in the present pass. */
  private final Set<Long> failed = ConcurrentHashMap.newKeySet();

  public TierAnnouncer(
      Database database,
      CreatorStore creatorStore,
      QuotaService quotaService,
      InboxStore inboxStore) {
    this.database = database;
    this.creatorStore = creatorStore;
    this.quotaService = quotaService;
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
      failed.clear();
      startBatch();
    }
  }

  private void startBatch() {
    var attempted = new AtomicReference<@Nullable Long>();
    CompletableFuture<Boolean> step = database.write(tx -> announceBatch(tx, attempted));
    var _ =
        step.handle(
            (more, failure) ->
                failure == null
                    ? afterBatch(more, null)
                    : afterBatch(isOfOneTier(failure, attempted.get()), failure));
  }

  /** Notes a failure that may concern only one tier, so that the others are still announced. */
  private boolean isOfOneTier(Throwable failure, @Nullable Long tier) {
    boolean ofOneTier =
        tier != null && !(CompletionFailures.unwrapCause(failure) instanceof StorageException);
    if (ofOneTier) {
      failed.add(tier);
    }
    return ofOneTier;
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
  private boolean announceBatch(Transaction tx, AtomicReference<@Nullable Long> attempted) {
    attempted.set(null);
    Optional<Announcement> next =
        tx.query(
                """
                SELECT tier_id, creator_id, told_up_to FROM tier_announcement
                WHERE tier_id NOT IN (?)
                ORDER BY tier_id LIMIT 1""",
                failed.isEmpty() ? List.of(0L) : failed)
            .first(Announcement::of);
    next.ifPresent(announcement -> attempted.set(announcement.tier));
    next.ifPresent(announcement -> announceBatch(tx, announcement));
    return next.isPresent();
  }

  private void announceBatch(Transaction tx, Announcement found) {
    creatorStore.lockRow(tx, found.creator);
    tx.query(
            "SELECT tier_id, creator_id, told_up_to FROM tier_announcement WHERE tier_id = ?",
            found.tier)
        .first(Announcement::of) // reset or finished meanwhile, maybe by another node
        .ifPresent(next -> announceSupporters(tx, next));
  }

  private void announceSupporters(Transaction tx, Announcement next) {
    List<Membership> some =
        membershipStore.findByTier(tx, next.tier, next.toldUpTo, SUPPORTERS_PER_STEP);
    if (some.isEmpty()) {
      tx.update("DELETE FROM tier_announcement WHERE tier_id = ?", next.tier);
      return;
    }
    var outgoingMessages = new OutgoingMessages();
    for (Membership membership : some) { // locking updates the row to the tier's kind of period
      membershipStore
          .lockMembership(tx, membership.creator(), membership.user())
          .ifPresent(current -> quotaService.addQuotaUpdate(tx, current, outgoingMessages));
    }
    inboxStore.append(tx, outgoingMessages);
    tx.update(
        "UPDATE tier_announcement SET told_up_to = ? WHERE tier_id = ?",
        some.getLast().user(),
        next.tier);
  }

  /** A changed tier, and the last of its supporters who was told. */
  private record Announcement(long tier, UserId creator, long toldUpTo) {
    static Announcement of(SqlRow row) throws SQLException {
      return new Announcement(
          row.getLong("tier_id"), row.getUser("creator_id"), row.getLong("told_up_to"));
    }
  }
}
