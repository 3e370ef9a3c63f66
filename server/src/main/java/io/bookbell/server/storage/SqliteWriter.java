package io.bookbell.server.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that writes to SQLite. Any thread submits; the writer's own thread runs, commits
 * and answers.
 *
 * <p>Commands that wait together share one commit, and so one fsync: each runs under a savepoint of
 * its own, so a refused one takes back only its own work. None is answered before the commit.
 */
final class SqliteWriter implements AutoCloseable {
  private static final int MOST_PER_COMMIT = 64;

  private final BlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>();
  private final Connection connection;
  private final DSLContext sql;
  private final TimeSource time;
  private final Thread thread = new Thread(this::run, "sqlite-writer");
  private volatile boolean closing;
  private volatile boolean ended;

  SqliteWriter(Connection connection, TimeSource time) {
    this.connection = connection;
    this.sql = DSL.using(connection, SQLDialect.SQLITE, JooqSettings.SETTINGS);
    this.time = time;
    thread.start();
  }

  <T> CompletableFuture<T> submit(Function<Transaction, T> work) {
    var job = new Job<>(work);
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
      commit(batch);
      batch.clear();
    }
  }

  private void commit(List<Job<?>> batch) {
    try {
      connection.setAutoCommit(false);
      for (Job<?> job : batch) {
        runUnderSavepoint(job);
      }
      connection.commit();
      connection.setAutoCommit(true);
    } catch (SQLException | RuntimeException e) {
      rollback(e);
      batch.forEach(job -> job.answer.completeExceptionally(e));
      return;
    }
    batch.forEach(Job::finish);
  }

  private void runUnderSavepoint(Job<?> job) throws SQLException {
    Savepoint savepoint = connection.setSavepoint();
    if (!job.run(new Transaction(sql, time, false))) {
      connection.rollback(savepoint);
    }
    connection.releaseSavepoint(savepoint);
  }

  private void rollback(Exception cause) {
    try {
      connection.rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /** Finishes what was submitted before, then closes the connection. */
  @Override
  public void close() {
    closing = true;
    queue.add(new Job<>(transaction -> true)); // wakes the thread
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ended = true;
    queue.forEach(Job::refuse);
    SqliteDatabase.closeQuietly(connection);
  }

  private static final class Job<T> {
    final Function<Transaction, T> work;
    final CompletableFuture<T> answer = new CompletableFuture<>();
    private @Nullable Transaction transaction;
    private @Nullable T result;
    private @Nullable Throwable failure;

    Job(Function<Transaction, T> work) {
      this.work = work;
    }

    /** Whether the work succeeded; what it threw is kept for the answer. */
    boolean run(Transaction transaction) {
      this.transaction = transaction;
      try {
        result = work.apply(transaction);
        return true;
      } catch (RuntimeException | Error e) {
        failure = e;
        return false;
      }
    }

    void refuse() {
      answer.completeExceptionally(new RejectedExecutionException("The database is closing"));
    }

    @SuppressWarnings("NullAway") // a work may return null: T is then a nullable type of its caller
    void finish() {
      if (failure != null) {
        answer.completeExceptionally(failure);
        return;
      }
      if (transaction != null) {
        transaction.committed();
      }
      answer.complete(result);
    }
  }
}
