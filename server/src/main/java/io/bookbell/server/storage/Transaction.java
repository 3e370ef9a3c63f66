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
 * One command's view of a running transaction. Confined to the thread that runs the work, and
 * invalid after it.
 *
 * <p>All commands take locks in the same order, so that they don't deadlock: idempotency key,
 * creator rows ascending, request rows ascending, membership rows by (creator, user), inbox heads
 * by user. Commands of one creator may share a transaction, so locks at the end of that order are
 * left to a {@link BeforeCommitStep}; {@code PostgresWriter} handles those at its beginning.
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
  public Transaction(DSLContext sql, TimeSource time) {
    this(sql, time, RowLockGate.OPEN, new ArrayList<>(), new LinkedHashMap<>(), null, null);
  }

  /** For writes to PostgreSQL on this connection. */
  public Transaction(
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

  /** For SQLite, on a connection that caches its statements. */
  public Transaction(DSLContext sql, TimeSource time, PreparedQueryCache kept) {
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
   * Runs read-only work in a transaction of its own.
   *
   * @param begun creates the work's view from the transaction's jOOQ context
   */
  public static <T> T runReadOnly(
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

  /**
   * The same transaction with a fixed time, for inserting past events such as demonstration data.
   */
  public Transaction atTime(Instant moment) {
    return new Transaction(
        sql, anywhere -> moment, rowLockGate, afterCommit, last, kept, pipelinedConnection);
  }

  public DSLContext sql() {
    return sql;
  }

  /**
   * A statement bound to its values. Run it once, before binding another.
   *
   * @param source the object from which the values are read
   */
  public <A, Q extends Query> Q bindQuery(PreparedQuery<A, Q> preparedQuery, A source) {
    return kept == null
        ? preparedQuery.renderOnce(sql, source)
        : kept.bindQuery(preparedQuery, source);
  }

  /**
   * Runs a statement whose result isn't needed. On PostgreSQL it is sent together with the next
   * statement; if it fails, the next one doesn't run.
   */
  public void run(Query statement) {
    if (pipelinedConnection == null) {
      statement.execute();
    } else {
      pipelinedConnection.queueStatements(statement::execute);
    }
  }

  /** Sends all statements that {@link #run} has queued. */
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
   * Runs an insert, update or delete and returns the given fields of the rows it has written, in no
   * particular order. Works on both databases, also for upserts.
   */
  public Result<Record> executeReturning(RowCountQuery statement, Field<?>... fields) {
    return ReturningClause.returningRows(sql, statement, List.of(fields)).fetch();
  }

  /** Like {@link #executeReturning}, for one field of at most one row. */
  public <T> Optional<T> executeReturningOne(RowCountQuery statement, Field<T> field) {
    return ReturningClause.returningField(sql, statement, field).fetchOptional(0, field.getType());
  }

  /** True only on SQLite. */
  boolean cachesQueries() {
    return kept != null;
  }

  private boolean usesRowLocks() {
    return !cachesQueries();
  }

  /**
   * The database's time in milliseconds. It is read at the first call and stays the same for the
   * rest of the command, except that it is read again after {@link #lockOwnerRow}, so that times
   * follow the order of commands.
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
   * The database's time as an expression, for a statement that runs before the creator is locked.
   */
  public Field<Instant> nowField() {
    return time.nowField(sql);
  }

  /**
   * Fetches rows and locks them until the end of the transaction, in the order of the query. On
   * SQLite the only writer already holds the whole database, so no row locks are taken.
   */
  public <R extends Record> Result<R> lockRows(SelectForUpdateStep<R> query) {
    return usesRowLocks() ? query.forNoKeyUpdate().fetch() : query.fetch();
  }

  /** Like {@link #lockRows}, for rows that are read again after they were locked. */
  public void lockWithoutReading(Function<DSLContext, SelectForUpdateStep<?>> query) {
    if (usesRowLocks()) {
      run(sql.query("{0}", query.apply(sql).forNoKeyUpdate())); // the rows aren't read
    }
  }

  /**
   * Like {@link #lockRows}, for the row at which all commands of one owner queue. If another
   * transaction of this process has the owner's turn, the work is rolled back and runs again later,
   * together with other queued commands.
   */
  public <A, R extends Record> Result<R> lockOwnerRow(
      A owner, PreparedQuery<A, ? extends SelectForUpdateStep<R>> row) {
    rowLockGate.requireTurn(new RowLockGate.OwnerRow(owner, sql -> row.renderOnce(sql, owner)));
    Result<R> locked = lockRows(bindQuery(row, owner));
    now = null;
    return locked;
  }

  /** Adds a part for a step at the end of the transaction. */
  public <T> void addLastStep(BeforeCommitStep<T> step, T part) {
    last.computeIfAbsent(step, _ -> new ArrayList<>()).add(part);
  }

  /**
   * Runs each step once, with the parts of all commands that share a transaction.
   *
   * @param commands the successful ones, in their order
   */
  static void runLastSteps(List<Transaction> commands) {
    var all = new LinkedHashMap<BeforeCommitStep<?>, List<Object>>();
    for (Transaction command : commands) {
      command.last.forEach(
          (step, parts) -> all.computeIfAbsent(step, _ -> new ArrayList<>()).addAll(parts));
    }
    all.forEach((step, parts) -> run(step, commands.getFirst(), parts));
  }

  @SuppressWarnings("unchecked") // addLastStep accepts only a step's own T
  private static <T> void run(BeforeCommitStep<T> step, Transaction tx, List<?> parts) {
    step.run(tx, (List<T>) parts);
  }

  /**
   * Runs the hook after the commit, in the order of registration, and never after a rollback. If a
   * hook throws, the exception is only logged.
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
