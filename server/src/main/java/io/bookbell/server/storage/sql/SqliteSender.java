package io.bookbell.server.storage.sql;

import io.bookbell.server.storage.sql.QueuedStatement.Answer;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * Runs statements on SQLite, one after another. Rows are written together, with few different
 * numbers of rows, so that there are few texts to compile. Keys are looked up one by one: to look
 * up many, SQLite may use no more than the first column of an index.
 */
final class SqliteSender implements StatementSender {
  /** Limits the values of one statement; SQLite allows 32,766. */
  private static final int MAX_VALUES = 900;

  /** Up to this many rows, each number of rows has its own text. */
  private static final int ANY_NUMBER = 4;

  private final StatementCache cache;
  private final SqlListener listener;

  SqliteSender(Connection connection, SqlListener listener) {
    this.cache = new StatementCache(connection);
    this.listener = listener;
  }

  @Override
  public boolean isPostgres() {
    return false;
  }

  @Override
  public void send(List<QueuedStatement> statements, SqlSession session) throws SQLException {
    for (QueuedStatement statement : statements) {
      int from = 0;
      while (from < statement.rows().size()) {
        int to = from + countTogether(statement, statement.rows().size() - from);
        run(statement.part(from, to), session);
        from = to;
      }
    }
  }

  private static int countTogether(QueuedStatement statement, int rows) {
    if (rows == 1 || statement.answer() == Answer.ROWS_OF_KEYS) {
      return 1;
    }
    int values = Math.max(1, statement.rows().getFirst().values().size());
    int most = Math.clamp(MAX_VALUES / values, 1, rows);
    return most <= ANY_NUMBER ? most : Integer.highestOneBit(most);
  }

  private void run(QueuedStatement part, SqlSession session) throws SQLException {
    ExecutedStatement executed = part.withRepeatedRow();
    listener.beforeSend(List.of(executed));
    PreparedStatement statement = cache.take(executed.sql());
    try {
      SqlValues.bindAll(statement, List.of(executed));
      statement.execute();
      part.readAnswer(statement, session);
    } finally {
      cache.giveBack(executed.sql(), statement);
    }
  }

  @Override
  public Map<String, Integer> columnPlaces(String sql, ResultSet result) throws SQLException {
    return cache.placesOf(sql, result);
  }
}
