package io.bookbell.server.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Jobs that share a transaction, each under its own savepoint, so a refused job rolls back only its
 * own work. Confined to the connection's thread.
 */
public final class SavepointBatch {
  private final Connection connection;
  private final Supplier<Transaction> transactions;
  private final List<Transaction> succeeded = new ArrayList<>();

  /**
   * Creates an empty batch.
   *
   * @param transactions creates a view of the transaction for each job
   */
  public SavepointBatch(Connection connection, Supplier<Transaction> transactions) {
    this.connection = connection;
    this.transactions = transactions;
  }

  public void runJob(WriteJob<?> writeJob) throws SQLException {
    runJob(writeJob, _ -> {});
  }

  /**
   * Like {@link #runJob(WriteJob)}.
   *
   * @param refused called with a failed job before its work is rolled back; may abort the batch by
   *     throwing
   */
  public void runJob(WriteJob<?> writeJob, Consumer<WriteJob<?>> refused) throws SQLException {
    Savepoint savepoint = connection.setSavepoint();
    Transaction transaction = transactions.get();
    if (writeJob.run(transaction)) {
      succeeded.add(transaction);
    } else {
      refused.accept(writeJob);
      connection.rollback(savepoint);
    }
    connection.releaseSavepoint(savepoint);
  }

  /** Runs the last steps of the successful jobs. Call it just before the commit. */
  public void runLastSteps() {
    if (!succeeded.isEmpty()) {
      Transaction.runLastSteps(succeeded);
    }
  }
}
