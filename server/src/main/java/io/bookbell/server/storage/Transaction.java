package io.bookbell.server.storage;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.RowCountQuery;
import org.jooq.SelectForUpdateStep;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command's part in a transaction under way. Confined to the thread that runs the work; of no
 * use after it.
 *
 * <p>Locks are taken in one order everywhere, which is what keeps two transactions from waiting for
 * each other: idempotency key, creator rows ascending, request rows ascending, membership rows by
 * (creator, user), inbox heads by user. Commands of one creator may share a transaction, so what
 * comes last in that order is left to its {@link BeforeCommitStep}.
 */
public final class Transaction {
  private static final Logger log = LoggerFactory.getLogger(Transaction.class);

  private final DSLContext sql;
  private final TimeSource time;
  private final RowLockGate rowLockGate;
  private final List<Runnable> afterCommit;
  private final Map<BeforeCommitStep<?>, List<Object>> last;
  private final @Nullable PreparedQueryCache kept;
  private final @Nullable PipelinedConnection pipelinedConnection;
  private @Nullable Instant now;

  /** For reads on PostgreSQL. */
  Transaction(DSLContext sql, TimeSource time) {
    this(sql, time, RowLockGate.OPEN, new ArrayList<>(), new LinkedHashMap<>(), null, null);
  }

  /** For writes to PostgreSQL, on this connection. */
  Transaction(
      DSLContext sql,
      TimeSource time,
      RowLockGate rowLockGate,
      PipelinedConnection pipelinedConnection) {
    this(
        sql,
        time,
        rowLockGate,
        new ArrayList<>(),
        new LinkedHashMap<>(),
        null,
        pipelinedConnection);
  }

  /** On a connection of SQLite, which keeps its statements. */
  Transaction(DSLContext sql, TimeSource time, PreparedQueryCache kept) {
    this(sql, time, RowLockGate.OPEN, new ArrayList<>(), new LinkedHashMap<>(), kept, null);
  }

  private Transaction(
      DSLContext sql,
      TimeSource time,
      RowLockGate rowLockGate,
      List<Runnable> afterCommit,
      Map<BeforeCommitStep<?>, List<Object>> last,
      @Nullable PreparedQueryCache kept,
      @Nullable PipelinedConnection pipelinedConnection) {
    this.sql = sql;
    this.time = time;
    this.rowLockGate = rowLockGate;
    this.afterCommit = afterCommit;
    this.last = last;
    this.kept = kept;
    this.pipelinedConnection = pipelinedConnection;
  }

  /**
   * Runs work that changes nothing in a transaction of its own.
   *
   * @param begun makes of the transaction's context what the work sees
   */
  static <T> T runReadOnly(
      DSLContext sql, Function<DSLContext, Transaction> begun, Function<Transaction, T> work) {
    CommandResult<T> commandResult =
        sql.transactionResult(
            configuration -> {
              Transaction transaction = begun.apply(configuration.dsl());
              return new CommandResult<>(transaction, work.apply(transaction));
            });
    commandResult.transaction.runAfterCommit();
    return commandResult.result;
  }

  private record CommandResult<T>(Transaction transaction, T result) {}

  /** The same transaction with its clock set: for laying down a history that has already been. */
  public Transaction atTime(Instant moment) {
    return new Transaction(
        sql, anywhere -> moment, rowLockGate, afterCommit, last, kept, pipelinedConnection);
  }

  public DSLContext sql() {
    return sql;
  }

  /**
   * A statement with its values, ready to be run once, before any other.
   *
   * @param source what the values are taken from
   */
  public <A, Q extends Query> Q bindQuery(PreparedQuery<A, Q> preparedQuery, A source) {
    return kept == null
        ? preparedQuery.renderOnce(sql, source)
        : kept.bindQuery(preparedQuery, source);
  }

  /**
   * Runs a statement of which nothing is wanted but that it is done. PostgreSQL gets it together
   * with the next one; where it fails, that one is not done.
   */
  public void run(Query statement) {
    if (pipelinedConnection == null) {
      statement.execute();
    } else {
      pipelinedConnection.queueStatements(statement::execute);
    }
  }

  /** Has everything run that {@link #run} has taken. */
  void flushStatements() {
    if (pipelinedConnection != null) {
      try {
        pipelinedConnection.flushQueued();
      } catch (SQLException e) {
        throw new DataAccessException("A statement failed: " + e.getMessage(), e);
      }
    }
  }

  /**
   * Runs an insert, update or delete and reads what it has left in the rows it has written, in no
   * particular order; on both databases, also after an upsert.
   */
  public Result<Record> executeReturning(RowCountQuery statement, Field<?>... fields) {
    return ReturningClause.returningRows(sql, statement, List.of(fields)).fetch();
  }

  /** As {@link #executeReturning}, for one field of at most one row. */
  public <T> Optional<T> executeReturningOne(RowCountQuery statement, Field<T> field) {
    return ReturningClause.returningField(sql, statement, field).fetchOptional(0, field.getType());
  }

  /** On SQLite, and there only. */
  boolean cachesQueries() {
    return kept != null;
  }

  private boolean usesRowLocks() {
    return !cachesQueries();
  }

  /**
   * The database's time, to the millisecond: read at the first call, the same for the rest of the
   * command; anew after the creator was locked, so that times follow the order of commands.
   */
  public Instant now() {
    Instant known = now;
    if (known == null) {
      known = time.now(sql);
      now = known;
    }
    return known;
  }

  /** The database's time for a statement that comes before the creator is locked. */
  public Field<Instant> nowField() {
    return time.nowField(sql);
  }

  /**
   * Fetches rows and keeps them locked until the end of the transaction, in the order of the query.
   * On SQLite the one writer holds the whole database, so there is nothing to lock.
   */
  public <R extends Record> Result<R> lockRows(SelectForUpdateStep<R> query) {
    return usesRowLocks() ? query.forNoKeyUpdate().fetch() : query.fetch();
  }

  /** As {@link #lockRows}, for rows that are read again behind the lock. */
  public void lockWithoutReading(Function<DSLContext, SelectForUpdateStep<?>> query) {
    if (usesRowLocks()) {
      run(sql.query("{0}", query.apply(sql).forNoKeyUpdate())); // whose rows nobody reads
    }
  }

  /**
   * As {@link #lockRows}, for the row at which all commands of one owner queue. Where others of
   * this process are there already, the work is taken back and done later, together with theirs.
   */
  public <A, R extends Record> Result<R> lockOwnerRow(
      A owner, PreparedQuery<A, ? extends SelectForUpdateStep<R>> row) {
    rowLockGate.requireTurn(new RowLockGate.OwnerRow(owner, sql -> row.renderOnce(sql, owner)));
    Result<R> locked = lockRows(bindQuery(row, owner));
    now = null;
    return locked;
  }

  /** Leaves a part for a step at the end of the transaction. */
  public <T> void addLastStep(BeforeCommitStep<T> step, T part) {
    last.computeIfAbsent(step, _ -> new ArrayList<>()).add(part);
  }

  /**
   * Runs the last steps of the commands that share a transaction, each step once.
   *
   * @param commands those that succeeded, in their order
   */
  static void runLastSteps(List<Transaction> commands) {
    var all = new LinkedHashMap<BeforeCommitStep<?>, List<Object>>();
    for (Transaction command : commands) {
      command.last.forEach(
          (step, parts) -> all.computeIfAbsent(step, _ -> new ArrayList<>()).addAll(parts));
    }
    all.forEach((step, parts) -> run(step, commands.getFirst(), parts));
  }

  @SuppressWarnings("unchecked") // last() has put nothing but its T beside a step
  private static <T> void run(BeforeCommitStep<T> step, Transaction tx, List<?> parts) {
    step.run(tx, (List<T>) parts);
  }

  /**
   * Runs the hook once the transaction is committed, in the order of registration; never after a
   * rollback. What a hook throws is logged: the commit stands.
   */
  public void afterCommit(Runnable hook) {
    afterCommit.add(hook);
  }

  void runAfterCommit() {
    for (Runnable hook : afterCommit) {
      try {
        hook.run();
      } catch (RuntimeException | Error e) {
        log.error("A task after a commit failed; the commit itself succeeded", e);
      }
    }
  }
}
