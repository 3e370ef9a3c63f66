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
  private final Thread thread = new Thread(this::run, "sqlite-writer");
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

  <T> CompletableFuture<T> submit(Function<Transaction, T> work) {
    return submit(new WriteJob<>(work, false));
  }

  <T> CompletableFuture<T> submitFromReserve(Function<Transaction, T> work) {
    return submit(new WriteJob<>(work, true));
  }

  private <T> CompletableFuture<T> submit(WriteJob<T> writeJob) {
    if (closing) {
      writeJob.refuse();
    } else {
      queue.add(writeJob);
      if (ended) {
        writeJob.refuse(); // it came too late to be run, or to be refused with the others
      }
    }
    return writeJob.answer;
  }

  private void run() {
    var batch = new ArrayList<WriteJob<?>>(MOST_PER_COMMIT);
    while (!closing || !queue.isEmpty()) {
      try {
        batch.add(queue.take());
      } catch (InterruptedException e) {
        continue; // nobody stops this thread but close()
      }
      queue.drainTo(batch, MOST_PER_COMMIT - 1);
      write(batch);
      batch.clear();
    }
  }

  private void write(List<WriteJob<?>> batch) {
    Optional<StorageException> known = condition.trouble();
    if (known.isEmpty() || !known.get().trouble().isAboutRoom() || reserve.regain()) {
      commit(batch, condition::wrote).ifPresent(met -> writeFromReserve(batch, met));
    } else {
      writeFromReserve(batch, known.get());
    }
  }

  /** Refuses commands; the rest is tried once more after the log has made room. */
  private void writeFromReserve(List<WriteJob<?>> batch, StorageException trouble) {
    batch.stream()
        .filter(writeJob -> !writeJob.mayUseReserve)
        .forEach(writeJob -> writeJob.fail(trouble));
    List<WriteJob<?>> urgent = batch.stream().filter(writeJob -> writeJob.mayUseReserve).toList();
    if (!urgent.isEmpty() && commit(urgent, () -> {}).isPresent()) {
      commit(urgent, () -> {}).ifPresent(still -> urgent.forEach(writeJob -> writeJob.fail(still)));
    }
  }

  /**
   * Runs jobs in one transaction and answers them; of what it returns nothing is stored and nobody
   * answered.
   *
   * @param committed told before anybody is answered
   */
  private Optional<StorageException> commit(List<WriteJob<?>> jobs, Runnable committed) {
    try {
      WriterSession on = session();
      on.connection.setAutoCommit(false);
      if (!run(on, jobs)) {
        on.connection.rollback();
      }
      on.connection.setAutoCommit(true); // commits; Connection.commit would begin another one
    } catch (SQLException | RuntimeException | Error e) {
      replaceSession(e);
      if (StorageException.named(e) instanceof StorageException trouble) {
        met(trouble);
        return Optional.of(trouble);
      }
      jobs.forEach(writeJob -> writeJob.fail(e));
      return Optional.empty();
    }
    committed.run();
    jobs.forEach(WriteJob::finish);
    keepLogSmall();
    return Optional.empty();
  }

  private void keepLogSmall() {
    try {
      log.keepSmall(session().connection, SqliteDatabase.BUSY_TIMEOUT_MILLIS);
    } catch (SQLException | RuntimeException e) {
      replaceSession(e);
    }
  }

  private void met(StorageException trouble) {
    condition.failed(trouble);
    if (trouble.trouble().isAboutRoom()) {
      reserve.release();
      try {
        log.empty(session().connection, 0, SqliteDatabase.BUSY_TIMEOUT_MILLIS);
      } catch (SQLException | RuntimeException _) {
        // what could not be brought into the database stays in the log
      }
    }
  }

  /** Whether there may be something to commit. */
  private boolean run(WriterSession on, List<WriteJob<?>> jobs) throws SQLException {
    if (jobs.size() == 1) { // taking back the transaction takes it back, without a savepoint
      boolean done = jobs.getFirst().runAlone(on.transaction());
      refuseToGoOn(jobs.getFirst());
      return done;
    }
    var savepointBatch = new SavepointBatch(on.connection, on::transaction);
    for (WriteJob<?> writeJob : jobs) {
      savepointBatch.run(writeJob, SqliteWriter::refuseToGoOn);
    }
    savepointBatch.end();
    return true;
  }

  /** After such a failure nobody knows whether there still is a transaction. */
  private static void refuseToGoOn(WriteJob<?> writeJob) {
    Throwable failure = writeJob.failure();
    if (failure != null
        && StorageTrouble.in(failure).filter(StorageTrouble::mayEndTransactions).isPresent()) {
      throw new DataAccessException("The transaction is void: " + failure.getMessage(), failure);
    }
  }

  private WriterSession session() {
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
      session();
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

    Transaction transaction() {
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
    queue.forEach(WriteJob::refuse);
    WriterSession last = writerSession;
    if (last != null) {
      SqliteDatabase.closeQuietly(last.connection);
    }
  }
}
