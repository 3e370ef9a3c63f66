package io.bookbell.server.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Jobs that share a transaction, each under a savepoint of its own: a refused one takes back only
 * its own work. Confined to the thread that has the connection.
 */
final class SavepointBatch {
  private final Connection connection;
  private final Supplier<Transaction> transactions;
  private final List<Transaction> succeeded = new ArrayList<>();

  /**
   * Begins with no jobs.
   *
   * @param transactions makes each job its view of the transaction
   */
  SavepointBatch(Connection connection, Supplier<Transaction> transactions) {
    this.connection = connection;
    this.transactions = transactions;
  }

  void runJob(WriteJob<?> writeJob) throws SQLException {
    runJob(writeJob, _ -> {});
  }

  /**
   * As {@link #runJob(WriteJob)}.
   *
   * @param refused told of a job that failed before its work is taken back; may end everything by
   *     throwing
   */
  void runJob(WriteJob<?> writeJob, Consumer<WriteJob<?>> refused) throws SQLException {
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

  /** Does what the jobs have left for the end; then it is time to commit. */
  void runLastSteps() {
    if (!succeeded.isEmpty()) {
      Transaction.runLastSteps(succeeded);
    }
  }
}
