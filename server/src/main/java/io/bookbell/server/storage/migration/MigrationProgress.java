package io.bookbell.server.storage.migration;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs which migration is running and, at intervals, for how long. Flyway calls it on the migrating
 * thread; the messages in between come from a thread of its own.
 */
final class MigrationProgress implements Callback, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MigrationProgress.class);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("migration-progress").daemon().factory());
  private final int total;
  private final boolean upgrade;
  private volatile @Nullable RunningMigration runningMigration;
  private int begun;

  private record RunningMigration(String what, long since) {
    String elapsedText() {
      return Duration.ofNanos(System.nanoTime() - since).toSeconds() + " s";
    }
  }

  /**
   * Starts the timer.
   *
   * @param total how many migrations are pending
   * @param upgrade whether the database already holds data, so that a migration may take long; logs
   *     the start and end of each one
   */
  MigrationProgress(int total, boolean upgrade, Duration every) {
    this.total = total;
    this.upgrade = upgrade;
    var _ =
        thread.scheduleWithFixedDelay(
            this::logProgress, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void logProgress() {
    RunningMigration known = runningMigration;
    if (known != null) {
      log.info("{} has been running for {}", known.what, known.elapsedText());
    }
  }

  @Override
  public boolean supports(Event event, Context context) {
    return event == Event.BEFORE_EACH_MIGRATE || event == Event.AFTER_EACH_MIGRATE;
  }

  @Override
  public boolean canHandleInTransaction(Event event, Context context) {
    return true;
  }

  @Override
  public void handle(Event event, Context context) {
    if (event == Event.BEFORE_EACH_MIGRATE) {
      beginMigration(context.getMigrationInfo());
    } else {
      endMigration();
    }
  }

  private void beginMigration(MigrationInfo migration) {
    begun++;
    var begins =
        new RunningMigration(
            "Migration %d of %d (V%s, %s)"
                .formatted(begun, total, migration.getVersion(), migration.getDescription()),
            System.nanoTime());
    runningMigration = begins;
    if (upgrade) {
      log.info("{} begins", begins.what);
    }
  }

  private void endMigration() {
    RunningMigration known = runningMigration;
    runningMigration = null;
    if (upgrade && known != null) {
      log.info("{} took {}", known.what, known.elapsedText());
    }
  }

  @Override
  public String getCallbackName() {
    return "progress";
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
