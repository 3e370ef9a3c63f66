package io.bookbell.server.storage;

import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.SelectForUpdateStep;

/** Where a transaction comes by before it locks the row at which commands of one owner queue. */
@FunctionalInterface
interface RowLockGate {
  /** Lets everybody through to the database's own lock. */
  RowLockGate OPEN = _ -> {};

  /**
   * Lets the caller go on to the lock.
   *
   * @throws LockQueuedError when its work is to be done together with others' instead
   */
  void requireTurn(OwnerRow row);

  /**
   * The row of an owner, to be locked.
   *
   * @param owner whose commands are serial
   */
  record OwnerRow(Object owner, Function<DSLContext, ? extends SelectForUpdateStep<?>> query) {
    void lockRow(DSLContext sql) {
      query.apply(sql).forNoKeyUpdate().fetch();
    }
  }

  /**
   * Ends an attempt whose work has to queue: no failure, and nobody's to catch but the writer's.
   */
  final class LockQueuedError extends Error {
    private static final long serialVersionUID = 1L;

    private final transient OwnerRow row;

    LockQueuedError(OwnerRow row) {
      super("waits for its turn", null, false, false);
      this.row = row;
    }

    OwnerRow ownerRow() {
      return row;
    }
  }
}
