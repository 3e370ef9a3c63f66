package io.bookbell.server.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes to SQLite. Any thread submits; the writer's own thread runs, commits
 * and answers.
 *
 * <p>Commands that wait together share one commit, and so one fsync: of several each runs under a
 * savepoint of its own, so a refused one takes back only its own work. None is answered before the
 * commit.
 *
 * <p>After some errors, a full disk among them, SQLite may have ended the transaction by itself,
 * and what followed would be committed statement by statement. So after every such error the whole
 * commit is refused and its connection replaced. From then on commands are refused until there is
 * room for the {@link SqliteReserve} again; what may use the reserve goes on.
 */
final class SqliteWriter implements AutoCloseable {
  private static final int MOST_PER_COMMIT = 64;

  private final BlockingQueue<WriteJob<?>> queue = new LinkedBlockingQueue<>();
  private final Supplier<Connection> connections;
  private final Configuration jooq;
  private final TimeSource time;
  private final SqliteReserve reserve;
  private final SqliteWriteAheadLog log;
  private final WriteHealth condition;
  private final Thread thread = new Thread(this::runLoop, "sqlite-writer");
  private @Nullable WriterSession writerSession;
  private volatile boolean closing;
  private volatile boolean ended;

  /**
   * Starts the thread.
   *
   * @param connections opens another one; the first is opened at once
   */
  SqliteWriter(
      Supplier<Connection> connections,
      Configuration jooq,
      TimeSource time,
      SqliteReserve reserve,
      SqliteWriteAheadLog log,
      WriteHealth condition) {
    this.connections = connections;
    this.jooq = jooq;
    this.time = time;
    this.reserve = reserve;
    this.log = log;
    this.condition = condition;
    this.writerSession = new WriterSession(connections.get());
    thread.start();
  }

  <T> CompletableFuture<T> submitWork(Function<Transaction, T> work) {
    return submitJob(new WriteJob<>(work, false));
  }

  <T> CompletableFuture<T> submitFromReserve(Function<Transaction, T> work) {
    return submitJob(new WriteJob<>(work, true));
  }

  private <T> CompletableFuture<T> submitJob(WriteJob<T> writeJob) {
    if (closing) {
      writeJob.refuseClosing();
    } else {
      queue.add(writeJob);
      if (ended) {
        writeJob.refuseClosing(); // it came too late to be run, or to be refused with the others
      }
    }
    return writeJob.answer;
  }

  private void runLoop() {
    var batch = new ArrayList<WriteJob<?>>(MOST_PER_COMMIT);
    while (!closing || !queue.isEmpty()) {
      try {
        batch.add(queue.take());
      } catch (InterruptedException e) {
        continue; // nobody stops this thread but close()
      }
      queue.drainTo(batch, MOST_PER_COMMIT - 1);
      writeBatch(batch);
      batch.clear();
    }
  }

  private void writeBatch(List<WriteJob<?>> batch) {
    Optional<StorageException> known = condition.currentTrouble();
    if (known.isEmpty() || !known.get().trouble().blocksWrites() || reserve.regainRoom()) {
      commitJobs(batch, condition::recordSuccess).ifPresent(met -> writeFromReserve(batch, met));
    } else {
      writeFromReserve(batch, known.get());
    }
  }

  /** Refuses commands; the rest is tried once more after the log has made room. */
  private void writeFromReserve(List<WriteJob<?>> batch, StorageException trouble) {
    batch.stream()
        .filter(writeJob -> !writeJob.mayUseReserve)
        .forEach(writeJob -> writeJob.failAnswer(trouble));
    List<WriteJob<?>> urgent = batch.stream().filter(writeJob -> writeJob.mayUseReserve).toList();
    if (!urgent.isEmpty() && commitJobs(urgent, () -> {}).isPresent()) {
      commitJobs(urgent, () -> {})
          .ifPresent(still -> urgent.forEach(writeJob -> writeJob.failAnswer(still)));
    }
  }

  /**
   * Runs jobs in one transaction and answers them; of what it returns nothing is stored and nobody
   * answered.
   *
   * @param committed told before anybody is answered
   */
  private Optional<StorageException> commitJobs(List<WriteJob<?>> jobs, Runnable committed) {
    try {
      WriterSession on = currentSession();
      on.connection.setAutoCommit(false);
      if (!runJobs(on, jobs)) {
        on.connection.rollback();
      }
      on.connection.setAutoCommit(true); // commits; Connection.commit would begin another one
    } catch (SQLException | RuntimeException | Error e) {
      replaceSession(e);
      if (StorageException.translateFailure(e) instanceof StorageException trouble) {
        handleTrouble(trouble);
        return Optional.of(trouble);
      }
      jobs.forEach(writeJob -> writeJob.failAnswer(e));
      return Optional.empty();
    }
    committed.run();
    jobs.forEach(WriteJob::completeAnswer);
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
    condition.recordFailure(trouble);
    if (trouble.trouble().blocksWrites()) {
      reserve.releaseRoom();
      try {
        log.truncateLog(currentSession().connection, 0, SqliteDatabase.BUSY_TIMEOUT_MILLIS);
      } catch (SQLException | RuntimeException _) {
        // what could not be brought into the database stays in the log
      }
    }
  }

  /** Whether there may be something to commit. */
  private boolean runJobs(WriterSession on, List<WriteJob<?>> jobs) throws SQLException {
    if (jobs.size() == 1) { // taking back the transaction takes it back, without a savepoint
      boolean done = jobs.getFirst().runAlone(on.newTransaction());
      requireTransactionIntact(jobs.getFirst());
      return done;
    }
    var savepointBatch = new SavepointBatch(on.connection, on::newTransaction);
    for (WriteJob<?> writeJob : jobs) {
      savepointBatch.runJob(writeJob, SqliteWriter::requireTransactionIntact);
    }
    savepointBatch.runLastSteps();
    return true;
  }

  /** After such a failure nobody knows whether there still is a transaction. */
  private static void requireTransactionIntact(WriteJob<?> writeJob) {
    Throwable failure = writeJob.workFailure();
    if (failure != null
        && StorageTrouble.findIn(failure).filter(StorageTrouble::mayEndTransactions).isPresent()) {
      throw new DataAccessException("The transaction is void: " + failure.getMessage(), failure);
    }
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
   * Opens the next connection before the last is closed, if it can: with none open, SQLite would
   * read the log anew at the next opening, and find there what could not be committed.
   */
  private void replaceSession(Throwable cause) {
    WriterSession last = writerSession;
    writerSession = null;
    try {
      currentSession();
    } catch (RuntimeException e) {
      cause.addSuppressed(e); // tried again with the next commands
    }
    if (last != null) {
      try {
        last.connection.close();
      } catch (SQLException e) {
        cause.addSuppressed(e);
      }
    }
  }

  /** A connection and what it keeps. */
  private final class WriterSession {
    private final Connection connection;
    private final DSLContext sql;
    private final PreparedQueryCache kept;

    WriterSession(Connection connection) {
      this.connection = connection;
      this.sql = DSL.using(jooq.derive(new StatementCachingConnection(connection)));
      this.kept = new PreparedQueryCache(sql);
    }

    Transaction newTransaction() {
      return new Transaction(sql, time, kept);
    }
  }

  /** Finishes what was submitted before, then closes the connection. */
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
