package io.bookbell.server.storage;

import io.bookbell.server.storage.sql.DataAccessException;
import io.bookbell.server.storage.sql.SqlSession;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Jobs that share a transaction. A refused job leaves nothing behind: it either has a savepoint of
 * its own, or its statements weren't sent yet. Confined to the session's thread.
 */
public final class JobBatch {
  private final SqlSession session;
  private final Supplier<Transaction> transactions;
  private final List<Transaction> succeeded = new ArrayList<>();

  /**
   * Creates an empty batch.
   *
   * @param transactions creates a view of the transaction for each job
   */
  public JobBatch(SqlSession session, Supplier<Transaction> transactions) {
    this.session = session;
    this.transactions = transactions;
  }

  /**
   * Runs a job under a savepoint.
   *
   * @throws DataAccessException if the transaction was lost, and all its jobs with it
   */
  public void runJob(WriteJob<?> writeJob) {
    session.setSavepoint();
    Transaction transaction = transactions.get();
    if (writeJob.run(transaction)) {
      succeeded.add(transaction);
    } else {
      requireTransactionIntact(writeJob);
      rollbackToSavepoint(writeJob);
    }
    session.releaseSavepoint();
  }

  /** Throws if the job's failure may have ended the transaction. */
  public static void requireTransactionIntact(WriteJob<?> writeJob) {
    Throwable failure = writeJob.workFailure();
    if (failure != null
        && StorageTrouble.findIn(failure).filter(StorageTrouble::mayEndTransactions).isPresent()) {
      throw new DataAccessException("The transaction has ended: " + failure.getMessage(), failure);
    }
  }

  private void rollbackToSavepoint(WriteJob<?> writeJob) {
    try {
      session.rollbackToSavepoint();
    } catch (DataAccessException e) {
      if (writeJob.workFailure() instanceof DataAccessException cause) {
        cause.addSuppressed(e);
        throw cause; // it has ended the connection
      }
      throw e;
    }
  }

  /** Returns the jobs from this index on that may be decided together. */
  public static List<WriteJob<?>> groupableFrom(List<WriteJob<?>> jobs, int first) {
    int end = first;
    while (end < jobs.size() && jobs.get(end).isGroupable) {
      end++;
    }
    return jobs.subList(first, end);
  }

  /**
   * Runs groupable jobs without savepoints, those of one owner together, and one group after
   * another.
   *
   * @param hasTime called before each group; when it returns false, the remaining jobs aren't run
   * @return those that were run, in the order of their decisions
   * @throws RuntimeException if the transaction must be rolled back, and its jobs run one by one
   */
  public List<WriteJob<?>> runTogether(
      List<WriteJob<?>> jobs, TimeSource time, BooleanSupplier hasTime) {
    var decided = new ArrayList<WriteJob<?>>();
    List<WriteJob<?>> waiting = jobs;
    while (!waiting.isEmpty() && hasTime.getAsBoolean()) {
      CommandGroup.GroupOutcome outcome = new CommandGroup(session, time).run(waiting);
      outcome.succeeded().forEach(job -> succeeded.add(job.transaction()));
      decided.addAll(waiting);
      decided.removeAll(outcome.postponed());
      waiting = outcome.postponed(); // without the first one, so this ends
    }
    return decided;
  }

  /** Whether there may be something to commit. */
  public boolean hasSucceeded() {
    return !succeeded.isEmpty();
  }

  /** Runs the last steps of the successful jobs. Call it just before the commit. */
  public void runBeforeCommitSteps() {
    if (!succeeded.isEmpty()) {
      Transaction.runBeforeCommitSteps(succeeded);
    }
  }
}
