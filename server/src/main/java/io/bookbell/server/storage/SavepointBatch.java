package io.bookbell.server.storage;

import io.bookbell.server.storage.sql.SqlSession;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Jobs that share a transaction, each under its own savepoint, so a refused job rolls back only its
 * own work. Confined to the session's thread.
 */
public final class SavepointBatch {
  private final SqlSession session;
  private final Supplier<Transaction> transactions;
  private final List<Transaction> succeeded = new ArrayList<>();

  /**
   * Creates an empty batch.
   *
   * @param transactions creates a view of the transaction for each job
   */
  public SavepointBatch(SqlSession session, Supplier<Transaction> transactions) {
    this.session = session;
    this.transactions = transactions;
  }

  public void runJob(WriteJob<?> writeJob) {
    runJob(writeJob, _ -> {});
  }

  /**
   * Like {@link #runJob(WriteJob)}.
   *
   * @param refused called with a failed job before its work is rolled back; may abort the batch by
   *     throwing
   */
  public void runJob(WriteJob<?> writeJob, Consumer<WriteJob<?>> refused) {
    session.setSavepoint();
    Transaction transaction = transactions.get();
    if (writeJob.run(transaction)) {
      succeeded.add(transaction);
    } else {
      refused.accept(writeJob);
      session.rollbackToSavepoint();
    }
    session.releaseSavepoint();
  }

  /** Runs the last steps of the successful jobs. Call it just before the commit. */
  public void runLastSteps() {
    if (!succeeded.isEmpty()) {
      Transaction.runLastSteps(succeeded);
    }
  }
}
