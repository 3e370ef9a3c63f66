package io.bookbell.server.storage.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.bookbell.server.storage.JobBatch;
import io.bookbell.server.storage.RowLockGate;
import io.bookbell.server.storage.RowLockGate.LockQueuedError;
import io.bookbell.server.storage.RowLockGate.OwnerRow;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.StorageTrouble;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.WriteHealth;
import io.bookbell.server.storage.WriteJob;
import io.bookbell.server.storage.sql.DataAccessException;
import io.bookbell.server.storage.sql.SqlSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs write jobs on PostgreSQL. Any thread submits; each job starts in a transaction of its own.
 *
 * <p>Commands of one owner are serial, so without batching each would wait for the previous one's
 * commit. In this process, only one transaction holds an owner's turn. A job that reaches the
 * owner's row while the turn is taken rolls back and queues without a connection. The holder of the
 * turn then runs the queued jobs in one transaction with one commit, and completes their futures
 * after it.
 *
 * <p>Most jobs in a shared transaction are decided together ({@link JobBatch#runTogether}). If a
 * statement fails then, the same jobs run again one by one.
 *
 * <p>A shared transaction holds the owner's row while it runs jobs that may need locks that come
 * earlier in the lock order. It waits for those only briefly: a job that doesn't get its lock is
 * set aside and runs alone, so a deadlock can't last.
 */
final class PostgresWriter {
  private static final int MAX_ATTEMPTS = 4;
  private static final int MAX_PER_COMMIT = 64;

  /** Together with the commit, this must stay far below the transaction timeouts. */
  private static final Duration MAX_BATCH_DURATION = Duration.ofMillis(500);

  /** Shorter than the second after which PostgreSQL looks for deadlocks. */
  private static final String SET_SHORT_LOCK_TIMEOUT = "SET LOCAL lock_timeout = 100";

  private static final String RESET_LOCK_TIMEOUT = "SET LOCAL lock_timeout TO DEFAULT";
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /**
   * Classes of SQL states that only a statement can cause: invalid data, violated constraints,
   * conflicts with other transactions, invalid texts, locks that weren't available, triggers.
   */
  private static final Set<String> REFUSALS = Set.of("22", "23", "40", "42", "55", "P0");

  private final OwnerQueues ownerQueues = new OwnerQueues();
  private final HikariDataSource pool;
  private final Function<Connection, SqlSession> sessions;
  private final TimeSource time;
  private final ConnectionThreads threads;
  private final WriteHealth writeHealth;

  PostgresWriter(
      HikariDataSource pool,
      Function<Connection, SqlSession> sessions,
      TimeSource time,
      ConnectionThreads threads,
      WriteHealth writeHealth) {
    this.pool = pool;
    this.sessions = sessions;
    this.time = time;
    this.threads = threads;
    this.writeHealth = writeHealth;
  }

  /**
   * Submits a job.
   *
   * @param answered called on a writer thread when the database has responded
   */
  void submitJob(WriteJob<?> writeJob, Runnable answered) {
    threads.execute(() -> runJob(writeJob, answered), writeJob::fail);
  }

  private void runJob(WriteJob<?> writeJob, Runnable answered) {
    if (writeJob.isCompleted()) {
      return; // the database became unreachable in the meantime
    }
    var ownerQueueGate = new OwnerQueueGate();
    Throwable failure = withRetries(() -> runAlone(writeJob, ownerQueueGate));
    if (failure == null) {
      answered.run();
    }
    if (failure instanceof LockQueuedError lockQueuedError) {
      OwnerRow row = lockQueuedError.ownerRow();
      if (ownerQueues.enqueueJob(row.owner(), writeJob)) {
        drainQueue(row);
      }
      return;
    }
    completeJob(writeJob, failure);
    if (ownerQueueGate.held != null) {
      drainQueue(ownerQueueGate.held);
    }
  }

  /**
   * Takes the turn for the first owner's row that a transaction locks; further owners' rows are
   * only locked.
   */
  private final class OwnerQueueGate implements RowLockGate {
    private @Nullable OwnerRow held;

    @Override
    public void requireTurn(OwnerRow row) {
      if (held == null) {
        if (!ownerQueues.tryAcquire(row.owner())) {
          throw new LockQueuedError(row);
        }
        held = row;
      }
    }
  }

  private void completeJob(WriteJob<?> writeJob, @Nullable Throwable failure) {
    if (failure == null) {
      writeJob.complete();
    } else {
      failJob(writeJob, failure);
    }
  }

  private void failJob(WriteJob<?> writeJob, Throwable failure) {
    if (StorageException.translateFailure(failure) instanceof StorageException trouble
        && trouble.trouble() != StorageTrouble.UNREACHABLE) {
      writeHealth.recordFailure(trouble);
    }
    writeJob.fail(failure);
  }

  /** Runs the owner's queued jobs until there are none. */
  private void drainQueue(OwnerRow row) {
    List<WriteJob<?>> jobs = ownerQueues.takeNext(row.owner(), MAX_PER_COMMIT);
    while (!jobs.isEmpty()) {
      if (jobs.size() == 1) {
        WriteJob<?> only = jobs.getFirst();
        completeJob(only, withRetries(() -> runAlone(only, RowLockGate.OPEN)));
      } else {
        runShared(row, jobs);
      }
      jobs = ownerQueues.takeNext(row.owner(), MAX_PER_COMMIT);
    }
  }

  private void runShared(OwnerRow row, List<WriteJob<?>> jobs) {
    var sharedTransaction = new SharedTransaction(row, jobs);
    Throwable failure = withRetries(() -> sharedTransaction.attemptCommit(true));
    if (sharedTransaction.mayRunOneByOne(failure)) {
      failure = withRetries(() -> sharedTransaction.attemptCommit(false));
    }
    finishShared(sharedTransaction, failure);
  }

  private void finishShared(SharedTransaction sharedTransaction, @Nullable Throwable failure) {
    OwnerRow row = sharedTransaction.row;
    if (failure == null) {
      sharedTransaction.done.forEach(writeJob -> completeJob(writeJob, writeJob.workFailure()));
      sharedTransaction.setAside.forEach(
          writeJob -> threads.execute(() -> runWithoutQueue(writeJob), writeJob::fail));
      ownerQueues.returnJobs(row.owner(), sharedTransaction.left);
      return;
    }
    sharedTransaction.jobs.forEach(writeJob -> failJob(writeJob, failure));
    if (!sharedTransaction.begun) { // the others would wait just as long for the same row
      ownerQueues.takeAll(row.owner()).forEach(writeJob -> failJob(writeJob, failure));
    }
  }

  private void runWithoutQueue(WriteJob<?> writeJob) {
    completeJob(writeJob, withRetries(() -> runAlone(writeJob, RowLockGate.OPEN)));
  }

  /** One attempt. Returns its failure, or null if it was committed. */
  @FunctionalInterface
  private interface WriteAttempt {
    @Nullable Throwable run();
  }

  private static @Nullable Throwable withRetries(WriteAttempt writeAttempt) {
    Throwable failure = writeAttempt.run();
    for (int retry = 1; retry < MAX_ATTEMPTS && isRetryable(failure); retry++) {
      failure = writeAttempt.run();
    }
    return failure;
  }

  private static boolean isRetryable(@Nullable Throwable failure) {
    return hasSqlState(failure, "40001") || hasSqlState(failure, "40P01");
  }

  private static boolean hasSqlState(@Nullable Throwable failure, String state) {
    return failure instanceof DataAccessException e && state.equals(e.sqlState());
  }

  private @Nullable Throwable runAlone(WriteJob<?> writeJob, RowLockGate rowLockGate) {
    return inTransaction(
        session -> {
          writeJob.runAlone(new Transaction(session, time, rowLockGate));
          return writeJob.isCompleted() ? responseTooLate() : writeJob.workFailure();
        });
  }

  /** Several jobs of one owner in one commit. Confined to its thread. */
  private final class SharedTransaction {
    private final OwnerRow row;
    private final List<WriteJob<?>> jobs;
    private List<WriteJob<?>> done = new ArrayList<>();
    private List<WriteJob<?>> setAside = new ArrayList<>();
    private List<WriteJob<?>> left = List.of();
    private boolean begun;
    private boolean together;
    private boolean committing;

    SharedTransaction(OwnerRow row, List<WriteJob<?>> jobs) {
      this.row = row;
      this.jobs = jobs;
    }

    /**
     * Runs the jobs and commits.
     *
     * @param mayGroup whether jobs may be decided together
     */
    @Nullable Throwable attemptCommit(boolean mayGroup) {
      done = new ArrayList<>();
      setAside = new ArrayList<>();
      left = List.of();
      begun = false;
      together = false;
      committing = false;
      return inTransaction(session -> runJobs(session, mayGroup));
    }

    /** Whether a failure may be that of one command, and certainly nothing was committed. */
    boolean mayRunOneByOne(@Nullable Throwable failure) {
      if (failure == null || !together) {
        return false;
      }
      return isRefused(failure) || (!committing && !(failure instanceof DataAccessException));
    }

    private @Nullable Throwable runJobs(SqlSession session, boolean mayGroup) {
      row.lockRow(session);
      session.enqueue(SET_SHORT_LOCK_TIMEOUT);
      begun = true;
      var jobBatch = new JobBatch(session, () -> new Transaction(session, time));
      long end = System.nanoTime() + MAX_BATCH_DURATION.toNanos();
      int next = 0;
      while (next < jobs.size() && left.isEmpty()) {
        if (System.nanoTime() - end > 0) {
          left = jobs.subList(next, jobs.size());
        } else if (mayGroup && jobs.get(next).isGroupable) {
          next = runTogether(jobBatch, next, end);
        } else {
          session.flush(); // a savepoint must not hide that a statement of others has failed
          Throwable failure = runOne(jobBatch, jobs.get(next++));
          if (failure != null) {
            return failure;
          }
        }
      }
      session.enqueue(RESET_LOCK_TIMEOUT);
      jobBatch.runBeforeCommitSteps();
      committing = true;
      return done.stream().anyMatch(WriteJob::isCompleted) ? responseTooLate() : null;
    }

    /** Returns a failure after which the whole transaction has to be repeated. */
    private @Nullable Throwable runOne(JobBatch jobBatch, WriteJob<?> writeJob) {
      jobBatch.runJob(writeJob);
      if (isRetryable(writeJob.workFailure())) {
        return writeJob.workFailure();
      }
      (hasSqlState(writeJob.workFailure(), LOCK_NOT_AVAILABLE) ? setAside : done).add(writeJob);
      return null;
    }

    /** Runs the groupable jobs that come next. Returns the index of the job behind them. */
    private int runTogether(JobBatch jobBatch, int first, long deadline) {
      together = true;
      List<WriteJob<?>> group = JobBatch.groupableFrom(jobs, first);
      List<WriteJob<?>> decided =
          jobBatch.runTogether(group, time, () -> System.nanoTime() - deadline <= 0);
      done.addAll(decided);
      if (decided.size() < group.size()) {
        left = new ArrayList<>(jobs.subList(first, jobs.size()));
        left.removeAll(decided);
      }
      return first + group.size();
    }
  }

  @FunctionalInterface
  private interface TransactionBody {
    /** Runs the statements. Returns a failure that must prevent the commit, or null. */
    @Nullable Throwable run(SqlSession session);
  }

  /** Prevents the commit of a command whose caller was told that it failed. */
  private static StorageException responseTooLate() {
    return new StorageException(StorageTrouble.UNREACHABLE, "the response came too late");
  }

  /** Runs the body, then commits or rolls back. */
  private @Nullable Throwable inTransaction(TransactionBody transactionBody) {
    try (Connection connection = pool.getConnection()) {
      var ended = new boolean[1];
      Throwable failure = inTransaction(sessions.apply(connection), transactionBody, ended);
      if (!ended[0] || isReadOnly(failure)) {
        pool.evictConnection(connection); // its state is unknown, or it stays read-only for good
      }
      return failure;
    } catch (SQLException e) {
      return new DataAccessException("The database could not be written: " + e.getMessage(), e);
    }
  }

  private static boolean isReadOnly(@Nullable Throwable failure) {
    return StorageTrouble.findIn(failure).filter(StorageTrouble.READ_ONLY::equals).isPresent();
  }

  /**
   * Runs the body in a session.
   *
   * @param ended set when the transaction is known to have ended
   */
  private static @Nullable Throwable inTransaction(
      SqlSession session, TransactionBody transactionBody, boolean[] ended) {
    Throwable failure;
    boolean committing = false;
    try {
      failure = transactionBody.run(session);
      if (failure == null) {
        committing = true;
        session.commit();
        ended[0] = true;
        return null;
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    } catch (SQLException e) {
      failure = new DataAccessException("The transaction failed: " + e.getMessage(), e);
    }
    ended[0] = tryRollback(session, failure) && (!committing || isRefused(failure));
    return failure;
  }

  /**
   * Whether the server has refused a statement, so that the commit behind it didn't run. A backend
   * that is terminated while it commits reports that (57P01), and has committed.
   */
  private static boolean isRefused(Throwable failure) {
    return failure instanceof DataAccessException e
        && e.sqlState().length() == 5
        && REFUSALS.contains(e.sqlState().substring(0, 2));
  }

  private static boolean tryRollback(SqlSession session, Throwable cause) {
    try {
      session.rollback();
      return true;
    } catch (SQLException e) {
      cause.addSuppressed(e);
      return false;
    }
  }
}
