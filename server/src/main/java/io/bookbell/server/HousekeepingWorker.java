package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SignUpService;
import io.bookbell.server.activity.ActivityMigration;
import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.http.IdempotencyService;
import io.bookbell.server.live.LiveConnections;
import io.bookbell.server.notification.NotificationMigration;
import io.bookbell.server.quota.TierAnnouncer;
import io.bookbell.server.receipt.MessageRetention;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes expired data and continues unfinished work once a minute, on a thread of its own. It
 * works in small transactions, so commands can run in between.
 */
final class HousekeepingWorker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HousekeepingWorker.class);
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final int INBOX_STEPS = 20;

  /** Ten thousand texts. They may be many more, and nothing else waits for them. */
  private static final int ERASURE_STEPS = 200;

  private static final UserId FIRST = new UserId(1);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("housekeeping").daemon().factory());
  private final Database database;
  private final Services services;
  private final TierAnnouncer announcer;
  private final MessageRetention messageRetention;
  private final OpenSessionKeeper openSessionKeeper;
  private UserId inboxesFrom = FIRST;

  /** Creates the worker without starting it. */
  HousekeepingWorker(
      Database database,
      Services services,
      TierAnnouncer announcer,
      MessageRetention messageRetention,
      LiveConnections liveConnections) {
    this.database = database;
    this.services = services;
    this.announcer = announcer;
    this.messageRetention = messageRetention;
    this.openSessionKeeper =
        new OpenSessionKeeper(
            services.sessions,
            services.keys,
            liveConnections::openSessions,
            liveConnections::sessionEnded);
  }

  void start() {
    var _ =
        thread.scheduleWithFixedDelay(
            this::runTasks, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void runTasks() {
    announcer.triggerPass();
    renewPeriods();
    keepOpenSessions();
    repeatUntilDone("end expired sessions", services.sessions::endExpired);
    repeatUntilDone("remove expired keys", services.keys::removeExpired);
    repeatUntilDone(
        "remove expired tickets, links and notes of ended sessions",
        tx -> {
          services.tickets.removeExpired(tx);
          services.resetLinks.removeExpired(tx);
          services.passkeys.removeExpired(tx);
          services.addressChanges.removeExpired(tx);
          services.handovers.removeExpired(tx);
          services.sessions.removeEndedMarkers(tx);
          return false;
        });
    repeatUntilDone("remove old login failures", services.loginLimit::removeExpired);
    repeatUntilDone("bring older accounts up to date", services.accounts::migrateOlderAccounts);
    repeatUntilDone("make older requests findable", services.requestedBooks::indexOlder);
    repeatUntilDone("make requests findable by new names", services.renamed::indexBatch);
    repeatUntilDone("bring the older activity log up to date", ActivityMigration::migrateBatch);
    repeatUntilDone("bring older notifications up to date", NotificationMigration::migrateBatch);
    repeatUntilDone("remove old news", services.outboxQueue::removeOld);
    repeatUntilDone("remove old idempotency keys", IdempotencyService::deleteExpired);
    repeatUntilDone("remove old keys of sign-ups", SignUpService::removeOldKeys);
    removeOldMessages();
    repeatAtMost(
        ERASURE_STEPS, "erase the names of removed accounts", services.nameErasure::eraseBatch);
  }

  private void renewPeriods() {
    try {
      services.periodTurns.renewAll(database, thread::isShutdown);
    } catch (RuntimeException e) {
      logFailure("bring supporters into the new period", e);
    }
  }

  /**
   * Runs before expired sessions are ended: a session doesn't expire while it has an open socket.
   */
  private void keepOpenSessions() {
    try {
      openSessionKeeper.run(database, thread::isShutdown);
    } catch (RuntimeException e) {
      logFailure("look after the sessions of open connections", e);
    }
  }

  /**
   * Processes a limited number of users per run, so that its cost doesn't grow with their total.
   */
  private void removeOldMessages() {
    for (int step = 0; step < INBOX_STEPS && !thread.isShutdown(); step++) {
      try {
        Optional<UserId> next =
            database.write(tx -> messageRetention.removeBatch(tx, inboxesFrom)).join().next();
        inboxesFrom = next.orElse(FIRST);
        if (next.isEmpty()) {
          return;
        }
      } catch (RuntimeException e) {
        logFailure("remove old messages", e);
        return;
      }
    }
  }

  /** Repeats a step, each time in its own transaction, until it returns false. */
  private void repeatUntilDone(String what, Predicate<Transaction> step) {
    repeatAtMost(Integer.MAX_VALUE, what, step);
  }

  private void repeatAtMost(int most, String what, Predicate<Transaction> step) {
    try {
      for (int done = 0; done < most && !thread.isShutdown(); done++) {
        if (!database.write(step::test).join()) {
          return;
        }
      }
    } catch (RuntimeException e) {
      logFailure(what, e);
    }
  }

  /** Logs a failure, unless the database itself failed, which is logged elsewhere. */
  private void logFailure(String what, RuntimeException failure) {
    if (!thread.isShutdown()
        && !(CompletionFailures.unwrapCause(failure) instanceof StorageException)) {
      log.warn("Could not {}; trying again in a minute", what, failure);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
