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

  private final BlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>();
  private final Supplier<Connection> connections;
  private final Configuration jooq;
  private final TimeSource time;
  private final SqliteReserve reserve;
  private final SqliteLog log;
  private final WriteCondition condition;
  private final Thread thread = new Thread(this::run, "sqlite-writer");
  private @Nullable Session session;
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
      SqliteLog log,
      WriteCondition condition) {
    this.connections = connections;
    this.jooq = jooq;
    this.time = time;
    this.reserve = reserve;
    this.log = log;
    this.condition = condition;
    this.session = new Session(connections.get());
    thread.start();
  }

  <T> CompletableFuture<T> submit(Function<Transaction, T> work) {
    return submit(new Job<>(work, false));
  }

  <T> CompletableFuture<T> submitFromReserve(Function<Transaction, T> work) {
    return submit(new Job<>(work, true));
  }

  private <T> CompletableFuture<T> submit(Job<T> job) {
    if (closing) {
      job.refuse();
    } else {
      queue.add(job);
      if (ended) {
        job.refuse(); // it came too late to be run, or to be refused with the others
      }
    }
    return job.answer;
  }

  private void run() {
    var batch = new ArrayList<Job<?>>(MOST_PER_COMMIT);
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

  private void write(List<Job<?>> batch) {
    Optional<StorageException> known = condition.trouble();
    if (known.isEmpty() || !known.get().trouble().isAboutRoom() || reserve.regain()) {
      commit(batch, condition::wrote).ifPresent(met -> writeFromReserve(batch, met));
    } else {
      writeFromReserve(batch, known.get());
    }
  }

  /** Refuses commands; the rest is tried once more after the log has made room. */
  private void writeFromReserve(List<Job<?>> batch, StorageException trouble) {
    batch.stream().filter(job -> !job.mayUseReserve).forEach(job -> job.fail(trouble));
    List<Job<?>> urgent = batch.stream().filter(job -> job.mayUseReserve).toList();
    if (!urgent.isEmpty() && commit(urgent, () -> {}).isPresent()) {
      commit(urgent, () -> {}).ifPresent(still -> urgent.forEach(job -> job.fail(still)));
    }
  }

  /**
   * Runs jobs in one transaction and answers them; of what it returns nothing is stored and nobody
   * answered.
   *
   * @param committed told before anybody is answered
   */
  private Optional<StorageException> commit(List<Job<?>> jobs, Runnable committed) {
    try {
      Session on = session();
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
      jobs.forEach(job -> job.fail(e));
      return Optional.empty();
    }
    committed.run();
    jobs.forEach(Job::finish);
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
  private boolean run(Session on, List<Job<?>> jobs) throws SQLException {
    if (jobs.size() == 1) { // taking back the transaction takes it back, without a savepoint
      boolean done = jobs.getFirst().runAlone(on.transaction());
      refuseToGoOn(jobs.getFirst());
      return done;
    }
    var batch = new Batch(on.connection, on::transaction);
    for (Job<?> job : jobs) {
      batch.run(job, SqliteWriter::refuseToGoOn);
    }
    batch.end();
    return true;
  }

  /** After such a failure nobody knows whether there still is a transaction. */
  private static void refuseToGoOn(Job<?> job) {
    Throwable failure = job.failure();
    if (failure != null
        && StorageTrouble.in(failure).filter(StorageTrouble::mayEndTransactions).isPresent()) {
      throw new DataAccessException("The transaction is void: " + failure.getMessage(), failure);
    }
  }

  private Session session() {
    Session known = session;
    if (known == null) {
      known = new Session(connections.get());
      session = known;
    }
    return known;
  }

  /**
   * Opens the next connection before the last is closed, if it can: with none open, SQLite would
   * read the log anew at the next opening, and find there what could not be committed.
   */
  private void replaceSession(Throwable cause) {
    Session last = session;
    session = null;
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
  private final class Session {
    private final Connection connection;
    private final DSLContext sql;
    private final KeptQueries kept;

    Session(Connection connection) {
      this.connection = connection;
      this.sql = DSL.using(jooq.derive(new PreparedOnce(connection)));
      this.kept = new KeptQueries(sql);
    }

    Transaction transaction() {
      return new Transaction(sql, time, kept);
    }
  }

  /** Finishes what was submitted before, then closes the connection. */
  @Override
  public void close() {
    closing = true;
    queue.add(new Job<>(transaction -> true, true)); // wakes the thread
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ended = true;
    queue.forEach(Job::refuse);
    Session last = session;
    if (last != null) {
      SqliteDatabase.closeQuietly(last.connection);
    }
  }
}
