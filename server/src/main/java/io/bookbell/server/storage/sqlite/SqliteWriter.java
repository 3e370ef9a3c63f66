package io.bookbell.server.storage.sqlite;

import io.bookbell.server.storage.JobBatch;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.StorageTrouble;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.WriteHealth;
import io.bookbell.server.storage.WriteJob;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sql.SqlSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The thread that writes to SQLite. Any thread submits jobs; the writer's thread runs them, commits
 * and completes their futures.
 *
 * <p>Waiting jobs share one commit, and so one fsync (group commit). If there are several, those
 * that may be decided together are, and each of the others runs under its own savepoint, so a
 * refused job rolls back only its own work. No future completes before the commit.
 *
 * <p>After some errors, such as a full disk, SQLite may have ended the transaction by itself, and
 * later statements would each be committed separately. After such an error the writer fails the
 * whole batch and replaces the connection. It then refuses commands until there is room for the
 * {@link SqliteReserve} again; jobs that may use the reserve continue.
 */
final class SqliteWriter implements AutoCloseable {
  private static final int MAX_PER_COMMIT = 64;

  private final BlockingQueue<WriteJob<?>> queue = new LinkedBlockingQueue<>();
  private final Supplier<Connection> connections;
  private final SqlListener listener;
  private final TimeSource time;
  private final SqliteReserve reserve;
  private final SqliteWriteAheadLog log;
  private final WriteHealth writeHealth;
  private final Thread thread = new Thread(this::runLoop, "sqlite-writer");
  private @Nullable WriterSession writerSession;
  private volatile boolean closing;
  private volatile boolean ended;

  /**
   * Starts the thread.
   *
   * @param connections opens a connection; called at once for the first one
   * @param listener called before statements are sent
   */
  SqliteWriter(
      Supplier<Connection> connections,
      SqlListener listener,
      TimeSource time,
      SqliteReserve reserve,
      SqliteWriteAheadLog log,
      WriteHealth writeHealth) {
    this.connections = connections;
    this.listener = listener;
    this.time = time;
    this.reserve = reserve;
    this.log = log;
    this.writeHealth = writeHealth;
    this.writerSession = new WriterSession(connections.get());
    thread.start();
  }

  <T> CompletableFuture<T> submitJob(WriteJob<T> writeJob) {
    if (closing) {
      writeJob.refuseClosing();
    } else {
      queue.add(writeJob);
      if (ended) {
        writeJob.refuseClosing(); // too late to be run, or to be refused by close()
      }
    }
    return writeJob.future;
  }

  private void runLoop() {
    var batch = new ArrayList<WriteJob<?>>(MAX_PER_COMMIT);
    while (!closing || !queue.isEmpty()) {
      try {
        batch.add(queue.take());
      } catch (InterruptedException e) {
        continue; // only close() stops this thread
      }
      queue.drainTo(batch, MAX_PER_COMMIT - 1);
      writeBatch(batch);
      batch.clear();
    }
  }

  private void writeBatch(List<WriteJob<?>> batch) {
    Optional<StorageException> known = writeHealth.currentTrouble();
    if (known.isEmpty() || !known.get().trouble().blocksWrites() || reserve.regainRoom()) {
      commitJobs(batch, writeHealth::recordSuccess).ifPresent(met -> writeFromReserve(batch, met));
    } else {
      writeFromReserve(batch, known.get());
    }
  }

  /**
   * Refuses commands. The jobs that may use the reserve are tried a second time, after truncating
   * the log has freed space.
   */
  private void writeFromReserve(List<WriteJob<?>> batch, StorageException trouble) {
    batch.stream()
        .filter(writeJob -> !writeJob.mayUseReserve)
        .forEach(writeJob -> writeJob.fail(trouble));
    List<WriteJob<?>> urgent = batch.stream().filter(writeJob -> writeJob.mayUseReserve).toList();
    if (!urgent.isEmpty() && commitJobs(urgent, () -> {}).isPresent()) {
      commitJobs(urgent, () -> {})
          .ifPresent(still -> urgent.forEach(writeJob -> writeJob.fail(still)));
    }
  }

  /**
   * Runs jobs in one transaction and completes their futures. If it returns a failure, nothing is
   * stored and no future is completed.
   *
   * @param committed called before any future is completed
   */
  private Optional<StorageException> commitJobs(List<WriteJob<?>> jobs, Runnable committed) {
    List<WriteJob<?>> decided;
    try {
      WriterSession on = currentSession();
      on.session.reset();
      on.connection.setAutoCommit(false);
      decided = runJobs(on, jobs);
      on.connection.setAutoCommit(true); // commits; Connection.commit would begin another one
    } catch (SQLException | RuntimeException | Error e) {
      replaceSession(e);
      if (StorageException.translateFailure(e) instanceof StorageException trouble) {
        handleTrouble(trouble);
        return Optional.of(trouble);
      }
      jobs.forEach(writeJob -> writeJob.fail(e));
      return Optional.empty();
    }
    committed.run();
    decided.forEach(WriteJob::complete);
    truncateLargeLog();
    return Optional.empty();
  }

  private void truncateLargeLog() {
    try {
      log.truncateIfLarge(currentSession().connection, SqliteDatabase.BUSY_TIMEOUT_MILLIS);
    } catch (SQLException | RuntimeException e) {
      replaceSession(e);
    }
  }

  private void handleTrouble(StorageException trouble) {
    writeHealth.recordFailure(trouble);
    if (trouble.trouble().blocksWrites()) {
      reserve.releaseRoom();
      try {
        log.truncateLog(currentSession().connection, 0, SqliteDatabase.BUSY_TIMEOUT_MILLIS);
      } catch (SQLException | RuntimeException _) {
        // changes that can't be checkpointed stay in the log
      }
    }
  }

  /** Runs the jobs. Returns them in the order in which they were decided. */
  private List<WriteJob<?>> runJobs(WriterSession on, List<WriteJob<?>> jobs) throws SQLException {
    if (jobs.size() == 1) { // rolling back the transaction undoes a single job, without a savepoint
      WriteJob<?> only = jobs.getFirst();
      boolean done = only.runAloneToEnd(on.newTransaction());
      JobBatch.requireTransactionIntact(only);
      if (!done) {
        on.session.rollback();
      }
      return jobs;
    }
    try {
      return runShared(on, jobs, true);
    } catch (RuntimeException e) {
      if (StorageTrouble.findIn(e).isPresent()) {
        throw e;
      }
      on.session.rollback(); // the failure may be that of one command
      return runShared(on, jobs, false);
    }
  }

  private List<WriteJob<?>> runShared(WriterSession on, List<WriteJob<?>> jobs, boolean mayGroup)
      throws SQLException {
    var jobBatch = new JobBatch(on.session, on::newTransaction);
    var decided = new ArrayList<WriteJob<?>>();
    while (decided.size() < jobs.size()) {
      int next = decided.size();
      if (mayGroup && jobs.get(next).isGroupable) {
        var group = JobBatch.groupableFrom(jobs, next);
        decided.addAll(jobBatch.runTogether(group, time, () -> true));
      } else {
        on.session.flush(); // a savepoint must not hide that a statement of others has failed
        jobBatch.runJob(jobs.get(next));
        decided.add(jobs.get(next));
      }
    }
    if (!jobBatch.hasSucceeded()) {
      on.session.rollback();
      return decided;
    }
    jobBatch.runBeforeCommitSteps();
    on.session.flush();
    return decided;
  }

  private WriterSession currentSession() {
    WriterSession known = writerSession;
    if (known == null) {
      known = new WriterSession(connections.get());
      writerSession = known;
    }
    return known;
  }

  /**
   * Opens a new connection before closing the last one, if possible. With no connection open,
   * SQLite would recover the log when it is opened next, and find the changes there that failed to
   * commit.
   */
  private void replaceSession(Throwable cause) {
    WriterSession last = writerSession;
    writerSession = null;
    try {
      currentSession();
    } catch (RuntimeException e) {
      cause.addSuppressed(e); // the next jobs try again
    }
    if (last != null) {
      try {
        last.connection.close();
      } catch (SQLException e) {
        cause.addSuppressed(e);
      }
    }
  }

  /** A connection and its prepared statements. */
  private final class WriterSession {
    private final Connection connection;
    private final SqlSession session;

    WriterSession(Connection connection) {
      this.connection = connection;
      this.session = SqlSession.forSqlite(connection, listener);
    }

    Transaction newTransaction() {
      return new Transaction(session, time);
    }
  }

  /** Finishes all submitted jobs, then closes the connection. */
  @Override
  public void close() {
    closing = true;
    queue.add(new WriteJob<>(transaction -> true, true)); // wakes the thread
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ended = true;
    queue.forEach(WriteJob::refuseClosing);
    WriterSession last = writerSession;
    if (last != null) {
      SqliteDatabase.closeQuietly(last.connection);
    }
  }
}
