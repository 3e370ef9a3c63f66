package io.bookbell.server.storage.sql;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.sql.PendingResult.ResultReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Runs statements on one connection. Confined to the thread that has the connection.
 *
 * <p>Prepared statements are kept by their text, so statements that run often should be constants.
 * On PostgreSQL, a session saves round trips: statements whose result nobody needs wait, and are
 * sent together with the next one. If a waiting statement fails, the exception is thrown when it is
 * sent, and no later statement has run.
 */
public final class SqlSession {
  /** Limits the values of one statement; PostgreSQL and SQLite allow about 32,000. */
  private static final int MOST_VALUES = 900;

  /** Up to this many rows, each number of rows has its own text. */
  private static final int ANY_NUMBER = 16;

  /** Limits the memory that waiting statements use in this process and in PostgreSQL. */
  private static final int MOST_WAITING = 32;

  /** Limits the values of all statements that are sent together; PostgreSQL allows 65,535. */
  private static final int MOST_VALUES_TOGETHER = 32_000;

  /** How many rows of a large result are in memory at once. */
  private static final int ROWS_AT_ONCE = 1000;

  private static final String SAVEPOINT = "SAVEPOINT command";
  private static final String RELEASE = "RELEASE SAVEPOINT command";
  private static final String ROLLBACK_TO = "ROLLBACK TO SAVEPOINT command";

  private final Connection connection;
  private final @Nullable StatementCache cache;
  private final SqlListener listener;
  private final List<WaitingStatement> waiting = new ArrayList<>();

  private SqlSession(Connection connection, @Nullable StatementCache cache, SqlListener listener) {
    this.connection = connection;
    this.cache = cache;
    this.listener = listener;
  }

  /**
   * A session on PostgreSQL.
   *
   * @param listener called before statements are sent
   */
  public static SqlSession forPostgres(Connection connection, SqlListener listener) {
    return new SqlSession(connection, null, listener);
  }

  /**
   * A session on SQLite.
   *
   * @param listener called before statements are sent
   */
  public static SqlSession forSqlite(Connection connection, SqlListener listener) {
    return new SqlSession(connection, new StatementCache(connection), listener);
  }

  /** A statement as it is sent, with the values of its places. */
  public record ExecutedStatement(String sql, List<@Nullable Object> values) {}

  /** A statement, and where its result goes. */
  private record WaitingStatement(ExecutedStatement statement, @Nullable PendingResult<?> result) {}

  /** Whether this is PostgreSQL. */
  public boolean isPostgres() {
    return cache == null;
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

  /** Like {@link #update}, on PostgreSQL together with the next statement. */
  public PendingResult<Integer> updateLater(String sql, @Nullable Object... values) {
    return runLater(sql, values, PreparedStatement::getUpdateCount);
  }

  /** Runs a statement whose result isn't needed, on PostgreSQL together with the next one. */
  public void enqueue(String sql, @Nullable Object... values) {
    add(new WaitingStatement(toSend(sql, values), null));
  }

  /**
   * Like {@link #enqueue}, for a statement that must write exactly one row.
   *
   * @throws IllegalStateException when it is sent and doesn't
   */
  public void enqueueForOneRow(String sql, @Nullable Object... values) {
    runLater(
        sql,
        values,
        statement -> {
          if (statement.getUpdateCount() != 1) {
            throw new IllegalStateException(
                statement.getUpdateCount() + " rows written instead of one: " + sql);
          }
          return true;
        });
  }

  <T> PendingResult<T> runLater(String sql, @Nullable Object[] values, ResultReader<T> reader) {
    var result = new PendingResult<T>(this, reader);
    add(new WaitingStatement(toSend(sql, values), result));
    return result;
  }

  private void add(WaitingStatement added) {
    int values =
        waiting.stream().mapToInt(each -> each.statement.values.size()).sum()
            + added.statement.values.size();
    if (waiting.size() >= MOST_WAITING || values > MOST_VALUES_TOGETHER) {
      flush();
    }
    waiting.add(added);
    if (!isPostgres()) {
      flush(); // there is no round trip to save
    }
  }

  /** Begins the work of one command, which can be undone by {@link #rollbackToSavepoint}. */
  public void setSavepoint() {
    enqueue(SAVEPOINT);
  }

  /** Undoes what the session has done since {@link #setSavepoint}. */
  public void rollbackToSavepoint() {
    int unsent = indexOfSavepoint();
    if (unsent >= 0) {
      waiting.subList(unsent + 1, waiting.size()).clear();
    } else {
      waiting.clear();
      update(ROLLBACK_TO);
    }
  }

  public void releaseSavepoint() {
    enqueue(RELEASE);
  }

  private int indexOfSavepoint() {
    for (int index = waiting.size() - 1; index >= 0; index--) {
      if (waiting.get(index).statement.sql.equals(SAVEPOINT)) {
        return index;
      }
    }
    return -1;
  }

  /**
   * Sends the waiting statements and commits, on PostgreSQL in the same round trip. If a statement
   * fails, those behind it don't run, and neither does the commit.
   */
  public void commit() throws SQLException {
    if (!isPostgres()) {
      connection.commit();
      return;
    }
    if (waiting.stream().anyMatch(each -> each.result != null)) {
      flush(); // reading a result may fail, which must prevent the commit
    }
    enqueue("COMMIT");
    flush();
  }

  /** Forgets the waiting statements and rolls back. */
  public void rollback() throws SQLException {
    waiting.clear();
    connection.rollback();
  }

  /**
   * Inserts rows in their order, many per statement, on PostgreSQL together with the next
   * statement.
   *
   * @param insert the statement for one row
   */
  public <A> void insertAll(String insert, List<A> rows, ValueReader<A> reader) {
    int from = 0;
    while (from < rows.size()) {
      var values = new ArrayList<@Nullable Object>(Arrays.asList(reader.valuesOf(rows.get(from))));
      int size = Math.min(rows.size() - from, MOST_VALUES / values.size());
      if (size > ANY_NUMBER) {
        size = Integer.highestOneBit(size); // so that there are few different texts
      }
      for (A row : rows.subList(from + 1, from + size)) {
        Collections.addAll(values, reader.valuesOf(row));
      }
      var statement = new ExecutedStatement(SqlText.repeatTuple(insert, size), values);
      add(new WaitingStatement(statement, null));
      from += size;
    }
  }

  <T> PendingResult<List<T>> fetchLater(
      String sql, @Nullable Object[] values, RowMapper<T> mapper) {
    return runLater(
        sql,
        values,
        statement -> {
          try (ResultSet result = statement.getResultSet()) {
            var row = new SqlRow(result);
            var found = new ArrayList<T>();
            while (result.next()) {
              found.add(mapper.map(row));
            }
            return found;
          }
        });
  }

  /** Reads some rows at a time; PostgreSQL would send all of them at once otherwise. */
  <E extends Exception> long fetchEach(
      String sql, @Nullable Object[] values, RowConsumer<E> consumer) throws E {
    flush();
    ExecutedStatement only = toSend(sql, values);
    listener.beforeSend(List.of(only));
    try (PreparedStatement statement = connection.prepareStatement(only.sql)) {
      bindAll(statement, List.of(only));
      statement.setFetchSize(ROWS_AT_ONCE);
      try (ResultSet result = statement.executeQuery()) {
        var row = new SqlRow(result);
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

  private ExecutedStatement toSend(String sql, @Nullable Object[] values) {
    return SqlText.expandLists(isPostgres() ? sql : SqlText.removeRowLocks(sql), values);
  }

  /** Sends the waiting statements in one round trip, and reads their results. */
  public void flush() {
    if (waiting.isEmpty()) {
      return;
    }
    var all = List.copyOf(waiting);
    waiting.clear();
    List<ExecutedStatement> statements = all.stream().map(WaitingStatement::statement).toList();
    listener.beforeSend(statements);
    String sql = joinTexts(statements);
    try {
      PreparedStatement statement = prepare(sql);
      try {
        bindAll(statement, statements);
        statement.execute();
        readResults(statement, all);
      } finally {
        giveBack(sql, statement);
      }
    } catch (SQLException e) {
      throw new DataAccessException("A statement failed: " + e.getMessage(), e);
    }
  }

  private static void readResults(PreparedStatement statement, List<WaitingStatement> all)
      throws SQLException {
    for (int index = 0; index < all.size(); index++) {
      if (index > 0) {
        statement.getMoreResults();
      }
      @Nullable PendingResult<?> result = all.get(index).result;
      if (result != null) {
        result.readFrom(statement);
      }
    }
  }

  private static String joinTexts(List<ExecutedStatement> all) {
    if (all.size() == 1) {
      return all.getFirst().sql;
    }
    var text = new StringJoiner(";");
    all.forEach(each -> text.add(each.sql));
    return text.toString();
  }

  private PreparedStatement prepare(String sql) throws SQLException {
    return cache == null ? connection.prepareStatement(sql) : cache.take(sql);
  }

  private void giveBack(String sql, PreparedStatement statement) throws SQLException {
    if (cache == null) {
      statement.close();
    } else {
      cache.giveBack(sql, statement);
    }
  }

  private static void bindAll(PreparedStatement statement, List<ExecutedStatement> all)
      throws SQLException {
    int place = 1;
    for (ExecutedStatement each : all) {
      for (@Nullable Object value : each.values) {
        bind(statement, place++, value);
      }
    }
  }

  private static void bind(PreparedStatement statement, int place, @Nullable Object value)
      throws SQLException {
    switch (value) {
      case null -> statement.setNull(place, Types.NULL);
      case Long number -> statement.setLong(place, number);
      case Integer number -> statement.setInt(place, number);
      case String text -> statement.setString(place, text);
      case Boolean flag -> statement.setBoolean(place, flag);
      case UserId user -> statement.setLong(place, user.value());
      case Instant time -> statement.setLong(place, time.toEpochMilli());
      case byte[] bytes -> statement.setBytes(place, bytes);
      default ->
          throw new IllegalArgumentException("No SQL type for " + value.getClass().getName());
    }
  }
}
