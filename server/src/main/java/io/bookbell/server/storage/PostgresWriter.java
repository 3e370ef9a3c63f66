package io.bookbell.server.storage;

import com.zaxxer.hikari.HikariDataSource;
import io.bookbell.server.storage.Gate.GaveWay;
import io.bookbell.server.storage.Gate.Owned;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Writes to PostgreSQL. Any thread submits; each job begins in a transaction of its own.
 *
 * <p>Commands of one owner are serial, so one after the other would pay for a commit each. Of this
 * process only one transaction has an owner's turn. Work that comes to the owner's row meanwhile
 * takes its transaction back and queues without a connection; whoever ends the turn writes what has
 * queued in one transaction, with one commit, before anybody of it is answered.
 *
 * <p>Such a transaction holds the owner's row while it runs works that may want locks that belong
 * before it, an idempotency key for instance. It waits for those only a moment: work that does not
 * get one is taken out and done alone, so no circle of waiting can last.
 */
final class PostgresWriter {
  private static final int MOST_ATTEMPTS = 4;
  private static final int MOST_PER_COMMIT = 64;

  /** Together with the commit it must stay far below what a transaction may take. */
  private static final Duration LONGEST_BATCH = Duration.ofMillis(500);

  /** Shorter than the second after which PostgreSQL looks for deadlocks. */
  private static final String WAIT_A_MOMENT = "set local lock_timeout = 100";

  private static final String WAIT_AS_EVER = "set local lock_timeout to default";
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final Turns turns = new Turns();
  private final HikariDataSource pool;
  private final Function<Connection, DSLContext> dsl;
  private final TimeSource time;
  private final ConnectionThreads threads;
  private final WriteCondition condition;

  PostgresWriter(
      HikariDataSource pool,
      Function<Connection, DSLContext> dsl,
      TimeSource time,
      ConnectionThreads threads,
      WriteCondition condition) {
    this.pool = pool;
    this.dsl = dsl;
    this.time = time;
    this.threads = threads;
    this.condition = condition;
  }

  /**
   * Takes a job over.
   *
   * @param answered told when the database has answered, on one of the threads
   */
  void submit(Job<?> job, Runnable answered) {
    threads.execute(() -> begin(job, answered), job::fail);
  }

  private void begin(Job<?> job, Runnable answered) {
    if (job.isAnswered()) {
      return; // the database went away meanwhile
    }
    var turn = new Turn();
    Throwable failure = withRetries(() -> alone(job, turn));
    if (failure == null) {
      answered.run();
    }
    if (failure instanceof GaveWay gaveWay) {
      Owned row = gaveWay.row();
      if (turns.join(row.owner(), job)) {
        serve(row);
      }
      return;
    }
    answer(job, failure);
    if (turn.held != null) {
      serve(turn.held);
    }
  }

  /** Takes an owner's turn on the way to the owner's row; a second owner's row is only locked. */
  private final class Turn implements Gate {
    private @Nullable Owned held;

    @Override
    public void pass(Owned row) {
      if (held == null) {
        if (!turns.tryTake(row.owner())) {
          throw new GaveWay(row);
        }
        held = row;
      }
    }
  }

  private void answer(Job<?> job, @Nullable Throwable failure) {
    if (failure == null) {
      job.finish();
    } else {
      fail(job, failure);
    }
  }

  private void fail(Job<?> job, Throwable failure) {
    if (StorageException.named(failure) instanceof StorageException trouble
        && trouble.trouble() != StorageTrouble.UNREACHABLE) {
      condition.failed(trouble);
    }
    job.fail(failure);
  }

  /** Writes what waits for the owner's turn until nothing does. */
  private void serve(Owned row) {
    List<Job<?>> jobs = turns.next(row.owner(), MOST_PER_COMMIT);
    while (!jobs.isEmpty()) {
      if (jobs.size() == 1) {
        Job<?> only = jobs.getFirst();
        answer(only, withRetries(() -> alone(only, Gate.OPEN)));
      } else {
        together(row, jobs);
      }
      jobs = turns.next(row.owner(), MOST_PER_COMMIT);
    }
  }

  private void together(Owned row, List<Job<?>> jobs) {
    var shared = new Shared(row, jobs);
    Throwable failure = withRetries(shared::attempt);
    if (failure == null) {
      shared.done.forEach(job -> answer(job, job.failure()));
      shared.setAside.forEach(job -> threads.execute(() -> withoutQueue(job), job::fail));
      turns.putBack(row.owner(), shared.left);
      return;
    }
    jobs.forEach(job -> fail(job, failure));
    if (!shared.begun) { // the others would wait as long for the same
      turns.rest(row.owner()).forEach(job -> fail(job, failure));
    }
  }

  private void withoutQueue(Job<?> job) {
    answer(job, withRetries(() -> alone(job, Gate.OPEN)));
  }

  /** What an attempt has thrown; null when it was committed. */
  @FunctionalInterface
  private interface Attempt {
    @Nullable Throwable run();
  }

  private static @Nullable Throwable withRetries(Attempt attempt) {
    Throwable failure = attempt.run();
    for (int retry = 1; retry < MOST_ATTEMPTS && asksForRetry(failure); retry++) {
      failure = attempt.run();
    }
    return failure;
  }

  private static boolean asksForRetry(@Nullable Throwable failure) {
    return isState(failure, "40001") || isState(failure, "40P01");
  }

  private static boolean isState(@Nullable Throwable failure, String state) {
    return failure instanceof DataAccessException e && state.equals(e.sqlState());
  }

  private @Nullable Throwable alone(Job<?> job, Gate gate) {
    return inTransaction(
        connection -> {
          job.runAlone(new Transaction(dsl.apply(connection), time, gate, connection));
          return job.isAnswered() ? tooLate() : job.failure();
        });
  }

  /** Several jobs of one owner and one commit. Confined to its thread. */
  private final class Shared {
    private final Owned row;
    private final List<Job<?>> jobs;
    private List<Job<?>> done = new ArrayList<>();
    private List<Job<?>> setAside = new ArrayList<>();
    private List<Job<?>> left = List.of();
    private boolean begun;

    Shared(Owned row, List<Job<?>> jobs) {
      this.row = row;
      this.jobs = jobs;
    }

    @Nullable Throwable attempt() {
      done = new ArrayList<>();
      setAside = new ArrayList<>();
      left = List.of();
      begun = false;
      return inTransaction(this::run);
    }

    private @Nullable Throwable run(Pipeline connection) throws SQLException {
      DSLContext sql = dsl.apply(connection);
      row.lock(sql);
      connection.hold(() -> sql.execute(WAIT_A_MOMENT));
      begun = true;
      long end = System.nanoTime() + LONGEST_BATCH.toNanos();
      var batch = new Batch(connection, () -> new Transaction(sql, time, Gate.OPEN, connection));
      for (Job<?> job : jobs) {
        if (System.nanoTime() - end > 0) {
          left = jobs.subList(done.size() + setAside.size(), jobs.size());
          break;
        }
        batch.run(job);
        if (asksForRetry(job.failure())) {
          return job.failure();
        }
        (isState(job.failure(), LOCK_NOT_AVAILABLE) ? setAside : done).add(job);
      }
      connection.hold(() -> sql.execute(WAIT_AS_EVER));
      batch.end();
      return done.stream().anyMatch(Job::isAnswered) ? tooLate() : null;
    }
  }

  @FunctionalInterface
  private interface Body {
    /** What speaks against a commit. */
    @Nullable Throwable run(Pipeline connection) throws SQLException;
  }

  /** Nothing may be stored of what its caller was told has failed. */
  private static StorageException tooLate() {
    return new StorageException(StorageTrouble.UNREACHABLE, "it answered too late");
  }

  /** Runs the body and commits, or takes everything back. */
  private @Nullable Throwable inTransaction(Body body) {
    try (Connection connection = pool.getConnection()) {
      var ended = new boolean[1];
      Throwable failure = inTransaction(new Pipeline(connection), body, ended);
      if (!ended[0]) {
        pool.evictConnection(connection); // nobody knows what state it is in
      }
      return failure;
    } catch (SQLException e) {
      return new DataAccessException("The database could not be written: " + e.getMessage(), e);
    }
  }

  /**
   * Runs the body on a connection.
   *
   * @param ended is set when the transaction is known to be over
   */
  private static @Nullable Throwable inTransaction(Pipeline connection, Body body, boolean[] ended)
      throws SQLException {
    Throwable failure;
    boolean committing = false;
    try {
      failure = body.run(connection);
      if (failure == null) {
        committing = true;
        connection.commit();
        ended[0] = true;
        return null;
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    } catch (SQLException e) {
      failure = new DataAccessException("The transaction failed: " + e.getMessage(), e);
    }
    ended[0] = rollback(connection, failure) && !committing;
    return failure;
  }

  private static boolean rollback(Connection connection, Throwable cause) {
    try {
      connection.rollback();
      return true;
    } catch (SQLException e) {
      cause.addSuppressed(e);
      return false;
    }
  }
}
