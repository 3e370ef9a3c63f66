package io.bookbell.server.cluster;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.account.SessionStore.EndedSession;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the sessions that the command line has ended in the SQLite file that this process serves,
 * such as those of a disabled account: once a second, on a thread of its own. Nodes that share a
 * PostgreSQL have {@link InboxPoller} for that.
 */
public final class EndedSessionPoller implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EndedSessionPoller.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** Longer than a transaction takes between its time and its commit. */
  private static final Duration OVERLAP = Duration.ofSeconds(10);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("session-poll").daemon().factory());
  private final Database database;
  private final SessionStore sessionStore;
  private final BiConsumer<UserId, String> sessionEnded;
  private boolean failing;

  /**
   * Creates the poller without starting it.
   *
   * @param sessionEnded called with the user and the token hash of each ended session, several
   *     times for the same one
   */
  public EndedSessionPoller(
      Database database, SessionStore sessionStore, BiConsumer<UserId, String> sessionEnded) {
    this.database = database;
    this.sessionStore = sessionStore;
    this.sessionEnded = sessionEnded;
  }

  public void start() {
    var _ =
        thread.scheduleWithFixedDelay(
            this::pollOnce, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void pollOnce() {
    try {
      database
          .read(this::findEnded)
          .join()
          .forEach(ended -> sessionEnded.accept(ended.user(), ended.session()));
      failing = false;
    } catch (RuntimeException e) {
      if (!failing && !thread.isShutdown()) {
        log.warn("Ended sessions could not be looked up; trying again", e);
        failing = true;
      }
    }
  }

  private List<EndedSession> findEnded(Transaction tx) {
    Instant since = tx.now().minus(OVERLAP);
    return sessionStore.findEndedAfter(tx, since);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
