package io.bookbell.server.storage.sql;

import io.bookbell.server.storage.sql.PendingResult.ResultReader;
import io.bookbell.server.storage.sql.QueuedStatement.Answer;
import io.bookbell.server.storage.sql.QueuedStatement.QueuedRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements on one connection. Confined to the thread that has the connection.
 *
 * <p>Prepared statements are kept by their text, so statements that run often should be constants.
 *
 * <p>Statements whose result nobody needs wait for the next one. If a waiting statement fails, the
 * exception is thrown when it is sent, and no later statement has run. Rows of the same statement
 * that wait become one statement, see {@link StatementQueue}. PostgreSQL gets all statements that
 * wait in one round trip; SQLite runs them one after another.
 */
public final class SqlSession {
  /** Limits the memory that waiting statements use in this process and in PostgreSQL. */
  private static final int MAX_WAITING = 64;

  /** Limits the values of all statements that are sent together. */
  private static final int MAX_VALUES_PER_STATEMENT = 32_000;

  /** How many rows of a large result are in memory at once. */
  private static final int ROWS_AT_ONCE = 1000;

  private static final String COMMIT = "COMMIT";
  private static final String SAVEPOINT = "SAVEPOINT command";
  private static final String RELEASE = "RELEASE SAVEPOINT command";
  private static final String ROLLBACK_TO = "ROLLBACK TO SAVEPOINT command";

  private final Connection connection;
  private final StatementSender sender;
  private final SqlListener listener;
  private final StatementQueue queue = new StatementQueue();
  private final boolean inOneTrip;
  private boolean sent;
  private boolean failed;

  private SqlSession(
      Connection connection, StatementSender sender, SqlListener listener, boolean inOneTrip) {
    this.connection = connection;
    this.sender = sender;
    this.listener = listener;
    this.inOneTrip = inOneTrip;
  }

  /**
   * A session on PostgreSQL.
   *
   * @param listener called before statements are sent
   * @param types of the database
   */
  public static SqlSession forPostgres(
      Connection connection, SqlListener listener, ParameterTypes types) {
    return new SqlSession(
        connection, new PostgresSender(connection, listener, types), listener, false);
  }

  /**
   * A session on PostgreSQL for queries that are sent in one round trip. On a connection in
   * autocommit mode, PostgreSQL runs what is sent together in one transaction, which needs neither
   * {@code BEGIN} nor {@code COMMIT}. What is asked for later throws a {@link
   * ExtraRoundTripException}.
   */
  public static SqlSession forOneTrip(
      Connection connection, SqlListener listener, ParameterTypes types) {
    return new SqlSession(
        connection, new PostgresSender(connection, listener, types), listener, true);
  }

  /**
   * A session on SQLite.
   *
   * @param listener called before each statement runs
   */
  public static SqlSession forSqlite(Connection connection, SqlListener listener) {
    return new SqlSession(connection, new SqliteSender(connection, listener), listener, false);
  }

  /** A statement as it is sent, with the values of its places. */
  public record ExecutedStatement(String sql, List<@Nullable Object> values) {}

  /** Whether this is PostgreSQL. */
  public boolean isPostgres() {
    return sender.isPostgres();
  }

  /** A statement that returns rows. It runs when the rows are asked for. */
  public SqlQuery query(String sql, @Nullable Object... values) {
    return new SqlQuery(this, sql, values);
  }

  /**
   * Runs an insert, update or delete.
   *
   * @return the number of rows written
   */
  public int update(String sql, @Nullable Object... values) {
    return updateLater(sql, values).get();
  }

  /** Like {@link #update}, together with the next statement. */
  PendingResult<Integer> updateLater(String sql, @Nullable Object... values) {
    return runLater(sql, values, PreparedStatement::getUpdateCount);
  }

  /** Runs a statement whose result isn't needed, together with the next one. */
  public void enqueue(String sql, @Nullable Object... values) {
    add(sql, values, Answer.NOTHING, null);
  }

  /**
   * Like {@link #enqueue}, for an insert, update or delete that must write exactly one row. If it
   * doesn't, it fails when it is sent: on PostgreSQL with a DataAccessException, on SQLite with an
   * IllegalStateException.
   */
  public void enqueueForOneRow(String sql, @Nullable Object... values) {
    add(sql, values, Answer.ONE_ROW_EACH, null);
  }

  /** Reads the rows of a key, together with the next statement. */
  public <K, V> PendingResult<List<V>> lookUp(SqlLookup<K, V> lookup, K key) {
    var result = new PendingResult<List<V>>(this, _ -> List.of());
    List<@Nullable Object> values = Arrays.asList(lookup.keyValues().valuesOf(key));
    var statement = new QueuedStatement(textFor(lookup.sql()), Answer.ROWS_OF_KEYS, lookup);
    statement.rows().add(new QueuedRow(queue.command(), values, result, key));
    add(statement);
    return result;
  }

  <T> PendingResult<T> runLater(String sql, @Nullable Object[] values, ResultReader<T> reader) {
    return runLater(sql, values, reader, Answer.RESULT);
  }

  private <T> PendingResult<T> runLater(
      String sql, @Nullable Object[] values, ResultReader<T> reader, Answer answer) {
    var result = new PendingResult<T>(this, reader);
    add(sql, values, answer, result);
    return result;
  }

  private void add(
      String sql, @Nullable Object[] values, Answer answer, @Nullable PendingResult<?> result) {
    ExecutedStatement expanded = expandLists(sql, values);
    var statement = new QueuedStatement(expanded.sql, answer, null);
    statement.rows().add(new QueuedRow(queue.command(), expanded.values, result, null));
    add(statement);
  }

  private void add(QueuedStatement statement) {
    if (queue.size() >= MAX_WAITING
        || queue.countValues() + statement.countValues() > MAX_VALUES_PER_STATEMENT) {
      flush();
    }
    queue.add(statement);
  }

  private ExecutedStatement expandLists(String sql, @Nullable Object[] values) {
    return isPostgres()
        ? SqlText.listsToArrays(sql, values)
        : SqlText.expandLists(textFor(sql), values);
  }

  private String textFor(String sql) {
    return isPostgres() ? sql : SqlText.removeRowLocks(sql);
  }

  /**
   * Begins the statements of one of several commands that are decided together. They may be sent
   * before waiting statements of the other commands.
   */
  public void beginCommand() {
    queue.beginCommand();
  }

  /** Begins statements that are sent after those of all commands. */
  public void endCommands() {
    queue.endCommands();
  }

  /**
   * Forgets the statements of the command that was begun last.
   *
   * @return false if it has already written something
   */
  public boolean removeCommand() {
    return queue.removeCommand();
  }

  /** Begins the work of one command, which can be undone by {@link #rollbackToSavepoint}. */
  public void setSavepoint() {
    enqueue(SAVEPOINT);
  }

  /** Undoes what the session has done since {@link #setSavepoint}. */
  public void rollbackToSavepoint() {
    if (!queue.removeBehind(SAVEPOINT)) {
      queue.clear();
      update(ROLLBACK_TO);
    }
    failed = false;
  }

  public void releaseSavepoint() {
    enqueue(RELEASE);
  }

  /**
   * Sends the waiting statements and commits, on PostgreSQL in the same round trip. If a statement
   * fails, those behind it don't run, and neither does the commit.
   */
  public void commit() throws SQLException {
    if (!isPostgres()) {
      flush();
      connection.commit();
      return;
    }
    if (queue.needsAnswer()) {
      flush(); // reading an answer may fail, which must prevent the commit
    }
    enqueue(COMMIT);
    flush();
  }

  /** Ends a transaction that has only read, on PostgreSQL in one round trip. */
  public void endRead() {
    enqueue(COMMIT);
    flush();
  }

  /** Forgets the waiting statements and rolls back. */
  public void rollback() throws SQLException {
    reset();
    connection.rollback();
  }

  /** Forgets the statements that wait, and that one has failed. */
  public void reset() {
    queue.clear();
    failed = false;
  }

  /** Whether a statement has failed since the transaction began or was rolled back. */
  public boolean hasFailed() {
    return failed;
  }

  /**
   * Writes rows in their order, many per statement, together with the next statement.
   *
   * @param sql the insert of one row, or another statement with one row of {@code VALUES}
   */
  public <A> void writeAll(String sql, List<A> rows, ValueReader<A> reader) {
    if (rows.isEmpty()) {
      return;
    }
    var statement = new QueuedStatement(sql, Answer.NOTHING, null);
    for (A row : rows) {
      List<@Nullable Object> values = Arrays.asList(reader.valuesOf(row));
      statement.rows().add(new QueuedRow(queue.command(), values, null, null));
    }
    add(statement);
  }

  <T> PendingResult<List<T>> fetchLater(
      String sql, @Nullable Object[] values, RowMapper<T> mapper) {
    return runLater(sql, values, readAllRows(sql, mapper));
  }

  <T> PendingResult<List<T>> fetchAfterCommit(
      String sql, @Nullable Object[] values, RowMapper<T> mapper) {
    return runLater(sql, values, readAllRows(sql, mapper), Answer.RESULT_AFTER_COMMIT);
  }

  private <T> ResultReader<List<T>> readAllRows(String sql, RowMapper<T> mapper) {
    return statement -> {
      try (ResultSet result = statement.getResultSet()) {
        SqlRow row = rowOf(sql, result);
        var found = new ArrayList<T>();
        while (result.next()) {
          found.add(mapper.map(row));
        }
        return found;
      }
    };
  }

  /** The reader of a result. */
  SqlRow rowOf(String sql, ResultSet result) throws SQLException {
    return new SqlRow(result, sender.columnPlaces(sql, result));
  }

  /** Reads some rows at a time; PostgreSQL would send all of them at once otherwise. */
  <E extends Exception> long fetchEach(
      String sql, @Nullable Object[] values, RowConsumer<E> consumer) throws E {
    flush();
    startTrip();
    ExecutedStatement only = expandLists(sql, values);
    listener.beforeSend(List.of(only));
    try (PreparedStatement statement = connection.prepareStatement(only.sql)) {
      SqlValues.bindAll(statement, List.of(only));
      statement.setFetchSize(ROWS_AT_ONCE);
      try (ResultSet result = statement.executeQuery()) {
        SqlRow row = rowOf(sql, result);
        long count = 0;
        while (result.next()) {
          consumer.accept(row);
          count++;
        }
        return count;
      }
    } catch (SQLException e) {
      throw new DataAccessException("A statement failed: " + e.getMessage(), e);
    }
  }

  /** Sends the waiting statements, on PostgreSQL in one round trip, and reads their results. */
  public void flush() {
    if (queue.isEmpty()) {
      return;
    }
    startTrip();
    List<QueuedStatement> all = queue.takeAll();
    boolean failedBefore = failed;
    failed = true;
    try {
      sender.send(all, this);
      failed = failedBefore;
    } catch (SQLException e) {
      throw new DataAccessException("A statement failed: " + e.getMessage(), e);
    }
  }

  private void startTrip() {
    if (inOneTrip && sent) {
      throw new ExtraRoundTripException();
    }
    sent = true;
  }
}
