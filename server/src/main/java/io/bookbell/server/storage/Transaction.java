package io.bookbell.server.storage;

import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.ReservedIds;
import io.bookbell.server.storage.sql.RowMapper;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlLookup;
import io.bookbell.server.storage.sql.SqlQuery;
import io.bookbell.server.storage.sql.SqlSession;
import io.bookbell.server.storage.sql.ValueReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command's view of a running transaction. Confined to the thread that runs the work, and
 * invalid after it.
 *
 * <p>Statements are SQL texts with a {@code ?} for each value, the same for both databases. A
 * {@code ?} whose value is a collection stands for a list: {@code id IN (?)}. {@code FOR NO KEY
 * UPDATE} is left out on SQLite, whose only writer already holds the whole database.
 *
 * <p>All commands take locks in the same order, so that they don't deadlock: creator rows
 * ascending, request rows ascending, membership rows by (creator, user), account row, idempotency
 * key, inbox heads by user. Commands of one creator may share a transaction, so locks at the end of
 * that order are left to a {@link BeforeCommitStep}; {@code PostgresWriter} handles those at its
 * beginning.
 */
public final class Transaction {
  private static final Logger log = LoggerFactory.getLogger(Transaction.class);

  private final SqlSession session;
  private final TimeSource time;
  private final RowLockGate rowLockGate;
  private final List<Runnable> afterCommit;
  private final Map<BeforeCommitStep<?>, List<Object>> last;
  private final ReservedIds reservedIds;
  private final @Nullable CommandGroup group;
  private @Nullable Supplier<Instant> clock;
  private @Nullable Instant now;

  public Transaction(SqlSession session, TimeSource time) {
    this(session, time, RowLockGate.OPEN);
  }

  /**
   * Creates the view of a command.
   *
   * @param rowLockGate called before an owner's row is locked
   */
  public Transaction(SqlSession session, TimeSource time, RowLockGate rowLockGate) {
    this(session, time, rowLockGate, null, new ArrayList<>(), new LinkedHashMap<>());
  }

  /** The view of a command that is decided together with others. */
  Transaction(SqlSession session, TimeSource time, CommandGroup group) {
    this(session, time, RowLockGate.OPEN, group, new ArrayList<>(), new LinkedHashMap<>());
  }

  private Transaction(
      SqlSession session,
      TimeSource time,
      RowLockGate rowLockGate,
      @Nullable CommandGroup group,
      List<Runnable> afterCommit,
      Map<BeforeCommitStep<?>, List<Object>> last) {
    this.session = session;
    this.group = group;
    this.reservedIds = group == null ? new ReservedIds(session) : group.reservedIds();
    this.time = time;
    this.rowLockGate = rowLockGate;
    this.afterCommit = afterCommit;
    this.last = last;
  }

  /**
   * The same transaction with a fixed time, for inserting past events such as demonstration data.
   */
  public Transaction atTime(Instant moment) {
    return new Transaction(session, _ -> () -> moment, rowLockGate, group, afterCommit, last);
  }

  /** Whether the database is PostgreSQL. */
  public boolean isPostgres() {
    return session.isPostgres();
  }

  /** A statement that returns rows: a query, or one with a {@code RETURNING} clause. */
  public SqlQuery query(String sql, @Nullable Object... values) {
    return session.query(sql, values);
  }

  /** Reads the rows of a key, together with the next statement. */
  public <K, V> PendingResult<List<V>> lookUp(SqlLookup<K, V> lookup, K key) {
    return session.lookUp(lookup, key);
  }

  /** A composed query. */
  public SqlQuery query(SqlFragment statement) {
    return session.query(statement.text(), statement.values().toArray());
  }

  /**
   * Runs an insert, update or delete.
   *
   * @return the number of rows written
   */
  public int update(String sql, @Nullable Object... values) {
    return session.update(sql, values);
  }

  /**
   * Runs a statement whose result isn't needed, together with the next statement. If it fails, the
   * next one doesn't run.
   */
  public void enqueue(String sql, @Nullable Object... values) {
    session.enqueue(sql, values);
  }

  /**
   * Like {@link #enqueue}, for a statement that must write exactly one row. Otherwise the
   * transaction fails when it is sent.
   */
  public void enqueueForOneRow(String sql, @Nullable Object... values) {
    session.enqueueForOneRow(sql, values);
  }

  /**
   * Writes rows in their order, together with the next statement.
   *
   * @param statement the insert of one row, or another statement with one row of {@code VALUES}
   */
  public <A> void writeAll(String statement, List<A> rows, ValueReader<A> reader) {
    session.writeAll(statement, rows, reader);
  }

  /** Sends all statements that {@link #enqueue} has queued. */
  public void flushStatements() {
    session.flush();
  }

  /**
   * The database's time in milliseconds. It is read at the first call and stays the same for the
   * rest of the command, except that it is read again after {@link #lockOwnerRow}, so that times
   * follow the order of commands. Commands that are decided together have the same time.
   */
  public Instant now() {
    Instant known = now;
    if (known == null) {
      known = (clock == null ? time.read(session) : clock).get();
      now = known;
    }
    return known;
  }

  /**
   * Like {@link #now}, read together with the next statement. The time is known when the supplier
   * is asked.
   */
  public Supplier<Instant> nowLater() {
    if (clock == null) {
      clock = time.read(session);
    }
    return this::now;
  }

  /**
   * Locks rows until the end of the transaction, in the order of the query, without reading them.
   */
  public void lockRows(String sql, @Nullable Object... values) {
    if (session.isPostgres()) {
      enqueue(sql, values);
    }
  }

  /**
   * Locks the row at which all commands of one owner queue, and reads it. If another transaction of
   * this process holds the owner's turn, throws {@link RowLockGate.LockQueuedError}: the writer
   * rolls back and runs the job again in a shared transaction.
   *
   * @param sql reads and locks the row, whose only value is the owner
   * @return the row; if commands are decided together, with the changes of those before
   */
  public <T> Supplier<Optional<T>> lockOwnerRow(Object owner, String sql, RowMapper<T> mapper) {
    if (group != null) {
      clock = group.clock();
      return group.ownerRow(owner, () -> query(sql, owner).later(mapper));
    }
    rowLockGate.requireTurn(new RowLockGate.OwnerRow(owner, sql));
    TimeSource.LockedRow<T> locked = time.readAfterLock(session, sql, owner, mapper);
    now = null;
    clock = locked.time();
    return locked.row();
  }

  /**
   * Makes the changed row visible to the commands that are decided after this one.
   *
   * @param row as it is now, of the type that {@link #lockOwnerRow} reads
   */
  public void replaceOwnerRow(Object owner, Object row) {
    if (group != null) {
      group.replaceOwnerRow(owner, row);
    }
  }

  /**
   * Names something that this command reads and then changes. Commands that claim the same aren't
   * decided together, because the second one would decide on what was there before the first.
   */
  public void claim(Object... what) {
    if (group != null) {
      group.claim(List.of(what));
    }
  }

  /**
   * Reserves ids for new rows together with the next statement; {@link #nextId} hands them out.
   *
   * @param table has generated ids
   */
  public void reserveIds(String table, int amount) {
    reservedIds.reserve(table, amount);
  }

  /** Returns an id for a new row, greater than those of all rows from before the reservation. */
  public long nextId(String table) {
    return nextIds(table, 1).getFirst();
  }

  /** Returns ascending ids for new rows. */
  public List<Long> nextIds(String table, int amount) {
    return reservedIds.take(table, amount);
  }

  /** Adds a part for a step at the end of the transaction. */
  public <T> void addBeforeCommitStep(BeforeCommitStep<T> step, T part) {
    last.computeIfAbsent(step, _ -> new ArrayList<>()).add(part);
  }

  /**
   * Runs each step once, with the parts of all commands that share a transaction.
   *
   * @param commands the successful ones, in their order
   */
  static void runBeforeCommitSteps(List<Transaction> commands) {
    var all = new LinkedHashMap<BeforeCommitStep<?>, List<Object>>();
    for (Transaction command : commands) {
      command.last.forEach(
          (step, parts) -> all.computeIfAbsent(step, _ -> new ArrayList<>()).addAll(parts));
    }
    all.forEach((step, parts) -> run(step, commands.getFirst(), parts));
  }

  @SuppressWarnings("unchecked") // addBeforeCommitStep accepts only a step's own T
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

  /** Runs the hooks, after the commit or the end of a read. */
  public void runAfterCommit() {
    for (Runnable hook : afterCommit) {
      try {
        hook.run();
      } catch (RuntimeException | Error e) {
        log.error("A task after a commit failed; the commit itself succeeded", e);
      }
    }
  }
}
