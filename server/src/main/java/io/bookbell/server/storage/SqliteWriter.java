package io.bookbell.server.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * The one thread that writes to SQLite. Any thread submits; the writer's own thread runs, commits
 * and answers.
 *
 * <p>Commands that wait together share one commit, and so one fsync: of several each runs under a
 * savepoint of its own, so a refused one takes back only its own work. None is answered before the
 * commit.
 */
final class SqliteWriter implements AutoCloseable {
  private static final int MOST_PER_COMMIT = 64;

  private final BlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>();
  private final Connection connection;
  private final DSLContext sql;
  private final KeptQueries kept;
  private final TimeSource time;
  private final Thread thread = new Thread(this::run, "sqlite-writer");
  private volatile boolean closing;
  private volatile boolean ended;

  SqliteWriter(Connection connection, Configuration jooq, TimeSource time) {
    this.connection = connection;
    this.sql = DSL.using(jooq.derive(new PreparedOnce(connection)));
    this.kept = new KeptQueries(sql);
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
      if (run(batch)) {
        connection.commit();
      } else {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    } catch (SQLException | RuntimeException e) {
      rollback(e);
      batch.forEach(job -> job.fail(e));
      return;
    }
    batch.forEach(Job::finish);
  }

  /** Whether there may be something to commit. */
  private boolean run(List<Job<?>> jobs) throws SQLException {
    if (jobs.size() == 1) { // taking back the transaction takes it back, without a savepoint
      return jobs.getFirst().runAlone(transaction());
    }
    var batch = new Batch(connection, this::transaction);
    for (Job<?> job : jobs) {
      batch.run(job);
    }
    batch.end();
    return true;
  }

  private Transaction transaction() {
    return new Transaction(sql, time, kept);
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
}
