package io.bookbell.server.storage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.SelectForUpdateStep;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction under way. Confined to the thread that runs the work; of no use after it.
 *
 * <p>Locks are taken in one order everywhere, which is what keeps two transactions from waiting for
 * each other: idempotency key, creator rows ascending, request rows ascending, membership rows by
 * (creator, user), inbox heads by user.
 */
public final class Transaction {
  private static final Logger log = LoggerFactory.getLogger(Transaction.class);

  private final DSLContext sql;
  private final TimeSource time;
  private final boolean rowLocks;
  private final List<Runnable> afterCommit;
  private @Nullable Instant now;

  Transaction(DSLContext sql, TimeSource time, boolean rowLocks) {
    this(sql, time, rowLocks, new ArrayList<>());
  }

  private Transaction(
      DSLContext sql, TimeSource time, boolean rowLocks, List<Runnable> afterCommit) {
    this.sql = sql;
    this.time = time;
    this.rowLocks = rowLocks;
    this.afterCommit = afterCommit;
  }

  /** The same transaction with its clock set: for laying down a history that has already been. */
  public Transaction at(Instant moment) {
    return new Transaction(sql, anywhere -> moment, rowLocks, afterCommit);
  }

  public DSLContext sql() {
    return sql;
  }

  /**
   * The database's time, to the millisecond: read at the first call, the same for the rest of the
   * transaction. Call it after locking the creator, so that times follow the order of commands.
   */
  public Instant now() {
    Instant known = now;
    if (known == null) {
      known = time.now(sql);
      now = known;
    }
    return known;
  }

  /**
   * Fetches rows and keeps them locked until the end of the transaction, in the order of the query.
   * On SQLite the one writer holds the whole database, so there is nothing to lock.
   */
  public <R extends Record> Result<R> lock(SelectForUpdateStep<R> query) {
    return rowLocks ? query.forNoKeyUpdate().fetch() : query.fetch();
  }

  /**
   * Runs the hook once the transaction is committed, in the order of registration; never after a
   * rollback. What a hook throws is logged: the commit stands.
   */
  public void afterCommit(Runnable hook) {
    afterCommit.add(hook);
  }

  void committed() {
    for (Runnable hook : afterCommit) {
      try {
        hook.run();
      } catch (RuntimeException e) {
        log.error("A task after a commit failed; the commit itself stands", e);
      }
    }
  }
}
