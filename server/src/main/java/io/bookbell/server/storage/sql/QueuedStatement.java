package io.bookbell.server.storage.sql;

import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A statement that waits to be sent, with one or more rows of values. */
final class QueuedStatement {
  /** What is read from the database's answer. */
  enum Answer {
    NOTHING,
    RESULT,
    /** A result that is needed only after the commit. */
    RESULT_AFTER_COMMIT,
    /** Nothing. The statement fails unless each row of values writes one row. */
    ONE_ROW_EACH,
    ROWS_OF_KEYS
  }

  /**
   * A row of values.
   *
   * @param command the number of the command that it belongs to
   * @param result receives its result; null if nobody needs it
   * @param key the key that is looked up; null unless the answer is ROWS_OF_KEYS
   */
  record QueuedRow(
      int command,
      List<@Nullable Object> values,
      @Nullable PendingResult<?> result,
      @Nullable Object key) {}

  private static final String INSERT = "INSERT INTO ";

  private final String sql;
  private final Answer answer;
  private final @Nullable SqlLookup<?, ?> lookup;
  private final List<QueuedRow> rows = new ArrayList<>();

  QueuedStatement(String sql, Answer answer, @Nullable SqlLookup<?, ?> lookup) {
    this.sql = sql;
    this.answer = answer;
    this.lookup = lookup;
  }

  String sql() {
    return sql;
  }

  List<QueuedRow> rows() {
    return rows;
  }

  boolean isWrite() {
    return lookup == null && !sql.startsWith("SELECT");
  }

  /**
   * The table, if this inserts nothing but its values, so that it doesn't depend on rows of other
   * tables. An upsert may depend on a row that was inserted before.
   */
  Optional<String> tableOfPlainInsert() {
    boolean plain =
        answer == Answer.NOTHING
            && sql.startsWith(INSERT)
            && !sql.contains(" DO UPDATE")
            && RowTuple.findIn(sql).isPresent();
    return plain
        ? Optional.of(sql.substring(INSERT.length(), sql.indexOf(' ', INSERT.length())))
        : Optional.empty();
  }

  boolean hasRowOf(int command) {
    for (QueuedRow row : rows) {
      if (row.command == command) {
        return true;
      }
    }
    return false;
  }

  boolean hasResultFor(int command) {
    for (QueuedRow row : rows) {
      if (row.command == command && row.result != null) {
        return true;
      }
    }
    return false;
  }

  Answer answer() {
    return answer;
  }

  /** Whether the answer decides what happens before the commit. */
  boolean needsAnswer() {
    return answer == Answer.RESULT || answer == Answer.ROWS_OF_KEYS;
  }

  /** Whether the rows of another statement can be sent with these. */
  boolean canTake(QueuedStatement other) {
    return answer != Answer.RESULT
        && answer != Answer.RESULT_AFTER_COMMIT
        && answer == other.answer
        && Objects.equals(lookup, other.lookup)
        && sql.equals(other.sql)
        && RowTuple.findIn(sql).isPresent();
  }

  int countValues() {
    int values = 0;
    for (QueuedRow row : rows) {
      values += row.values.size();
    }
    return values;
  }

  /** The statement with some of its rows. */
  QueuedStatement part(int from, int to) {
    if (from == 0 && to == rows.size()) {
      return this;
    }
    var part = new QueuedStatement(sql, answer, lookup);
    part.rows.addAll(rows.subList(from, to));
    return part;
  }

  /** The statement for PostgreSQL: with an array for each place, if it has several rows. */
  ExecutedStatement forPostgres(Connection connection, ParameterTypes types) throws SQLException {
    ExecutedStatement statement = withArrays(connection, types);
    return answer == Answer.ONE_ROW_EACH ? requireRows(statement, rows.size()) : statement;
  }

  /**
   * Has PostgreSQL count the rows that are written, so that a wrong number fails the statement, and
   * with it the commit that may follow in the same round trip.
   */
  private static ExecutedStatement requireRows(ExecutedStatement write, long amount) {
    var values = new ArrayList<@Nullable Object>(write.values());
    values.add(amount);
    return new ExecutedStatement(
        "WITH written AS ("
            + write.sql()
            + " RETURNING 1) SELECT require_rows(count(*), ?) FROM written",
        values);
  }

  private ExecutedStatement withArrays(Connection connection, ParameterTypes types)
      throws SQLException {
    if (rows.size() == 1) {
      return withOneRow();
    }
    List<String> places = types.of(sql, connection);
    return new ExecutedStatement(
        requireTuple().toManyRows(places),
        SqlArray.ofColumns(places, rows.stream().map(QueuedRow::values).toList()));
  }

  /** The statement with the places of all its rows. */
  ExecutedStatement withRepeatedRow() {
    if (rows.size() == 1) {
      return withOneRow();
    }
    var values = new ArrayList<@Nullable Object>();
    rows.forEach(row -> values.addAll(row.values));
    return new ExecutedStatement(requireTuple().repeat(rows.size()), SqlValues.resolve(values));
  }

  private ExecutedStatement withOneRow() {
    String text = answer == Answer.ROWS_OF_KEYS ? SqlText.forOneKey(sql) : sql;
    return new ExecutedStatement(text, SqlValues.resolve(rows.getFirst().values));
  }

  private RowTuple requireTuple() {
    return RowTuple.findIn(sql)
        .orElseThrow(() -> new IllegalArgumentException("Without a row of VALUES: " + sql));
  }

  void readAnswer(PreparedStatement statement, SqlSession session) throws SQLException {
    switch (answer) {
      case NOTHING -> {}
      case ONE_ROW_EACH -> {
        if (!session.isPostgres()) { // which has counted them
          requireOneRowEach(statement.getUpdateCount());
        }
      }
      case RESULT, RESULT_AFTER_COMMIT -> {
        for (QueuedRow row : rows) {
          if (row.result != null) {
            row.result.readFrom(statement);
          }
        }
      }
      case ROWS_OF_KEYS -> {
        if (lookup != null) {
          completeRows(lookup.readRows(statement, session));
        }
      }
    }
  }

  private void requireOneRowEach(int written) {
    if (written != rows.size()) {
      throw new IllegalStateException(
          written + " rows written instead of " + rows.size() + ": " + sql);
    }
  }

  private void completeRows(Map<?, ? extends List<?>> found) {
    for (QueuedRow row : rows) {
      if (row.result != null) {
        List<?> ofKey = found.get(row.key);
        row.result.complete(ofKey == null ? List.of() : ofKey);
      }
    }
  }
}
