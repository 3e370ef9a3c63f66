package io.bookbell.server.storage;

import com.zaxxer.hikari.HikariDataSource;
import io.bookbell.server.storage.RowLockGate.LockQueuedError;
import io.bookbell.server.storage.RowLockGate.OwnerRow;
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

  private final OwnerQueues ownerQueues = new OwnerQueues();
  private final HikariDataSource pool;
  private final Function<Connection, DSLContext> dsl;
  private final TimeSource time;
  private final ConnectionThreads threads;
  private final WriteHealth condition;

  PostgresWriter(
      HikariDataSource pool,
      Function<Connection, DSLContext> dsl,
      TimeSource time,
      ConnectionThreads threads,
      WriteHealth condition) {
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
  void submit(WriteJob<?> writeJob, Runnable answered) {
    threads.execute(() -> begin(writeJob, answered), writeJob::fail);
  }

  private void begin(WriteJob<?> writeJob, Runnable answered) {
    if (writeJob.isAnswered()) {
      return; // the database went away meanwhile
    }
    var ownerQueueGate = new OwnerQueueGate();
    Throwable failure = withRetries(() -> alone(writeJob, ownerQueueGate));
    if (failure == null) {
      answered.run();
    }
    if (failure instanceof LockQueuedError lockQueuedError) {
      OwnerRow row = lockQueuedError.row();
      if (ownerQueues.join(row.owner(), writeJob)) {
        serve(row);
      }
      return;
    }
    answer(writeJob, failure);
    if (ownerQueueGate.held != null) {
      serve(ownerQueueGate.held);
    }
  }

  /** Takes an owner's turn on the way to the owner's row; a second owner's row is only locked. */
  private final class OwnerQueueGate implements RowLockGate {
    private @Nullable OwnerRow held;

    @Override
    public void pass(OwnerRow row) {
      if (held == null) {
        if (!ownerQueues.tryTake(row.owner())) {
          throw new LockQueuedError(row);
        }
        held = row;
      }
    }
  }

  private void answer(WriteJob<?> writeJob, @Nullable Throwable failure) {
    if (failure == null) {
      writeJob.finish();
    } else {
      fail(writeJob, failure);
    }
  }

  private void fail(WriteJob<?> writeJob, Throwable failure) {
    if (StorageException.named(failure) instanceof StorageException trouble
        && trouble.trouble() != StorageTrouble.UNREACHABLE) {
      condition.failed(trouble);
    }
    writeJob.fail(failure);
  }

  /** Writes what waits for the owner's turn until nothing does. */
  private void serve(OwnerRow row) {
    List<WriteJob<?>> jobs = ownerQueues.next(row.owner(), MOST_PER_COMMIT);
    while (!jobs.isEmpty()) {
      if (jobs.size() == 1) {
        WriteJob<?> only = jobs.getFirst();
        answer(only, withRetries(() -> alone(only, RowLockGate.OPEN)));
      } else {
        together(row, jobs);
      }
      jobs = ownerQueues.next(row.owner(), MOST_PER_COMMIT);
    }
  }

  private void together(OwnerRow row, List<WriteJob<?>> jobs) {
    var sharedTransaction = new SharedTransaction(row, jobs);
    Throwable failure = withRetries(sharedTransaction::attempt);
    if (failure == null) {
      sharedTransaction.done.forEach(writeJob -> answer(writeJob, writeJob.failure()));
      sharedTransaction.setAside.forEach(
          writeJob -> threads.execute(() -> withoutQueue(writeJob), writeJob::fail));
      ownerQueues.putBack(row.owner(), sharedTransaction.left);
      return;
    }
    jobs.forEach(writeJob -> fail(writeJob, failure));
    if (!sharedTransaction.begun) { // the others would wait as long for the same
      ownerQueues.rest(row.owner()).forEach(writeJob -> fail(writeJob, failure));
    }
  }

  private void withoutQueue(WriteJob<?> writeJob) {
    answer(writeJob, withRetries(() -> alone(writeJob, RowLockGate.OPEN)));
  }

  /** What an attempt has thrown; null when it was committed. */
  @FunctionalInterface
  private interface WriteAttempt {
    @Nullable Throwable run();
  }

  private static @Nullable Throwable withRetries(WriteAttempt writeAttempt) {
    Throwable failure = writeAttempt.run();
    for (int retry = 1; retry < MOST_ATTEMPTS && asksForRetry(failure); retry++) {
      failure = writeAttempt.run();
    }
    return failure;
  }

  private static boolean asksForRetry(@Nullable Throwable failure) {
    return isState(failure, "40001") || isState(failure, "40P01");
  }

  private static boolean isState(@Nullable Throwable failure, String state) {
    return failure instanceof DataAccessException e && state.equals(e.sqlState());
  }

  private @Nullable Throwable alone(WriteJob<?> writeJob, RowLockGate rowLockGate) {
    return inTransaction(
        connection -> {
          writeJob.runAlone(new Transaction(dsl.apply(connection), time, rowLockGate, connection));
          return writeJob.isAnswered() ? tooLate() : writeJob.failure();
        });
  }

  /** Several jobs of one owner and one commit. Confined to its thread. */
  private final class SharedTransaction {
    private final OwnerRow row;
    private final List<WriteJob<?>> jobs;
    private List<WriteJob<?>> done = new ArrayList<>();
    private List<WriteJob<?>> setAside = new ArrayList<>();
    private List<WriteJob<?>> left = List.of();
    private boolean begun;

    SharedTransaction(OwnerRow row, List<WriteJob<?>> jobs) {
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

    private @Nullable Throwable run(PipelinedConnection connection) throws SQLException {
      DSLContext sql = dsl.apply(connection);
      row.lock(sql);
      connection.hold(() -> sql.execute(WAIT_A_MOMENT));
      begun = true;
      long end = System.nanoTime() + LONGEST_BATCH.toNanos();
      var savepointBatch =
          new SavepointBatch(
              connection, () -> new Transaction(sql, time, RowLockGate.OPEN, connection));
      for (WriteJob<?> writeJob : jobs) {
        if (System.nanoTime() - end > 0) {
          left = jobs.subList(done.size() + setAside.size(), jobs.size());
          break;
        }
        savepointBatch.run(writeJob);
        if (asksForRetry(writeJob.failure())) {
          return writeJob.failure();
        }
        (isState(writeJob.failure(), LOCK_NOT_AVAILABLE) ? setAside : done).add(writeJob);
      }
      connection.hold(() -> sql.execute(WAIT_AS_EVER));
      savepointBatch.end();
      return done.stream().anyMatch(WriteJob::isAnswered) ? tooLate() : null;
    }
  }

  @FunctionalInterface
  private interface TransactionBody {
    /** What speaks against a commit. */
    @Nullable Throwable run(PipelinedConnection connection) throws SQLException;
  }

  /** Nothing may be stored of what its caller was told has failed. */
  private static StorageException tooLate() {
    return new StorageException(StorageTrouble.UNREACHABLE, "it answered too late");
  }

  /** Runs the body and commits, or takes everything back. */
  private @Nullable Throwable inTransaction(TransactionBody transactionBody) {
    try (Connection connection = pool.getConnection()) {
      var ended = new boolean[1];
      Throwable failure =
          inTransaction(new PipelinedConnection(connection), transactionBody, ended);
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
  private static @Nullable Throwable inTransaction(
      PipelinedConnection connection, TransactionBody transactionBody, boolean[] ended)
      throws SQLException {
    Throwable failure;
    boolean committing = false;
    try {
      failure = transactionBody.run(connection);
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
