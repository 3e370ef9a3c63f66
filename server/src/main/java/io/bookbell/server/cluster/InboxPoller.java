package io.bookbell.server.cluster;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.account.SessionStore.EndedSession;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.StateVersions;
import io.bookbell.server.creator.StateVersions.StateVersion;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.TransactionCursor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what other nodes have committed to PostgreSQL, whether or not Redis announced it: once a
 * second, on a thread of its own. Messages that were announced already cost nothing further.
 *
 * <p>Transactions don't become visible in the order of their ids, so the highest id seen can't be
 * the cursor. Each poll reads, on one snapshot, all rows written by transactions from the cursor
 * on. The next cursor is the oldest transaction that was still running; some rows are therefore
 * read twice. The cost depends on how much was written, not on how many users are connected.
 *
 * <p>After a crash, PostgreSQL may reuse the ids of transactions that left nothing on disk. So
 * after a failed poll, or if the ids have gone backwards, the next poll starts well before the
 * cursor.
 */
public final class InboxPoller implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(InboxPoller.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final long NO_CURSOR = -1;

  /** More ids than PostgreSQL can reuse after a crash. */
  private static final long REUSED_IDS = 10_000;

  private static final String SNAPSHOT =
      """
      SELECT CAST(CAST(pg_snapshot_xmin(s) AS text) AS bigint) AS oldest,
        CAST(CAST(pg_snapshot_xmax(s) AS text) AS bigint) AS unused
      FROM pg_current_snapshot() s""";

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("inbox-poll").daemon().factory());
  private final Database database;
  private final PolledStores stores;
  private final PollListener pollListener;
  private @Nullable String epoch;
  private long cursor = NO_CURSOR;

  /** The next transaction id at the last poll. */
  private long reached;

  private boolean failing;

  /** Receives what a poll has found, on the poller's thread. May receive the same change again. */
  public interface PollListener {
    /** Called with the newest sequence number of each user who got messages. */
    void messagesFound(Map<UserId, Long> newest);

    void sessionEnded(UserId user, String session);

    void creatorChanged(UserId creator);

    void stateChanged(StateVersion changed);

    /** The database was restored or replaced: sequence numbers and versions start again. */
    void epochChanged(String epoch);
  }

  /** The owners of the tables that other nodes write. */
  public record PolledStores(
      EpochStore epochs,
      InboxStore inbox,
      SessionStore sessions,
      CreatorStore creators,
      StateVersions states) {}

  public InboxPoller(Database database, PolledStores stores, PollListener pollListener) {
    this.database = database;
    this.stores = stores;
    this.pollListener = pollListener;
  }

  /**
   * Takes the database's current state as the start, and polls from then on. Everybody who connects
   * after this call is told of all changes since.
   *
   * @throws java.util.concurrent.CompletionException if the database can't be read
   */
  public void start() {
    advance(database.read(this::readChanges).join());
    var _ =
        thread.scheduleWithFixedDelay(
            this::pollOnce, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void pollOnce() {
    try {
      PollResult pollResult = database.read(this::readChanges).join();
      if (advance(pollResult)) {
        log.warn("The database was restored or replaced; every client gets a fresh snapshot");
        pollListener.epochChanged(pollResult.epoch);
      } else {
        notifyListener(pollResult);
      }
      if (failing) {
        log.info("The database is responding again");
        failing = false;
      }
    } catch (RuntimeException e) {
      if (!failing && !thread.isShutdown()) {
        log.warn("The database is not responding; its changes are picked up when it does", e);
        failing = true;
      }
    }
  }

  /** Returns whether the epoch has changed. */
  private boolean advance(PollResult pollResult) {
    boolean newEpoch = epoch != null && !epoch.equals(pollResult.epoch);
    epoch = pollResult.epoch;
    cursor = pollResult.next;
    reached = pollResult.reached;
    return newEpoch;
  }

  private void notifyListener(PollResult pollResult) {
    if (!pollResult.messages.isEmpty()) {
      pollListener.messagesFound(pollResult.messages);
    }
    pollResult.sessions.forEach(ended -> pollListener.sessionEnded(ended.user(), ended.session()));
    pollResult.creators.forEach(pollListener::creatorChanged);
    pollResult.states.forEach(pollListener::stateChanged);
  }

  /**
   * Reads the changes. The first poll of a database only sets the cursor, because nobody has
   * connected yet, or everybody gets a fresh snapshot.
   */
  private PollResult readChanges(Transaction tx) {
    SnapshotIds ids =
        tx.query(SNAPSHOT)
            .single(row -> new SnapshotIds(row.getLong("oldest"), row.getLong("unused")));
    long next = ids.oldest;
    long reachedNow = ids.unused;
    String currentEpoch = stores.epochs.currentEpoch(tx);
    if (cursor == NO_CURSOR || !currentEpoch.equals(epoch)) {
      return new PollResult(
          currentEpoch, next, reachedNow, Map.of(), List.of(), List.of(), List.of());
    }
    boolean mayRepeat = failing || reachedNow < reached;
    var from = new TransactionCursor(mayRepeat ? Math.max(0, cursor - REUSED_IDS) : cursor);
    return new PollResult(
        currentEpoch,
        next,
        reachedNow,
        stores.inbox.findNewestSince(tx, from),
        stores.sessions.findEndedSince(tx, from),
        stores.creators.findChangedSince(tx, from),
        stores.states.findChangedSince(tx, from));
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  /**
   * The ids of transactions in a snapshot.
   *
   * @param oldest the oldest that is still running
   * @param unused the first that hasn't been given to a transaction
   */
  private record SnapshotIds(long oldest, long unused) {}

  private record PollResult(
      String epoch,
      long next,
      long reached,
      Map<UserId, Long> messages,
      List<EndedSession> sessions,
      List<UserId> creators,
      List<StateVersion> states) {}
}
