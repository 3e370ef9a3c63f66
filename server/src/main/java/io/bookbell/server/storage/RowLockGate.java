package io.bookbell.server.storage;

import io.bookbell.server.storage.sql.SqlSession;

/** Called by a transaction before it locks the row at which the commands of one owner queue. */
@FunctionalInterface
public interface RowLockGate {
  /** Lets every transaction proceed to the database's own lock. */
  RowLockGate OPEN = _ -> {};

  /**
   * Returns if the caller may lock the row.
   *
   * @throws LockQueuedError if the job has to queue, to run later in a shared transaction
   */
  void requireTurn(OwnerRow row);

  /**
   * An owner's row that is to be locked.
   *
   * @param owner whose commands are serial
   * @param sql reads and locks the row; its only value is the owner
   */
  record OwnerRow(Object owner, String sql) {
    public void lockRow(SqlSession session) {
      session.query(sql, owner).exists();
    }
  }

  /**
   * Ends an attempt whose job has to queue. It isn't a failure, and only the writer may catch it.
   */
  final class LockQueuedError extends Error {
    private static final long serialVersionUID = 1L;

    private final transient OwnerRow row;

    public LockQueuedError(OwnerRow row) {
      super("queued for the owner's turn", null, false, false);
      this.row = row;
    }

    public OwnerRow ownerRow() {
      return row;
    }
  }
}
