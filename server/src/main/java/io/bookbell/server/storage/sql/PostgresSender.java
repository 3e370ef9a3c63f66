package io.bookbell.server.storage.sql;

import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Sends statements to PostgreSQL in one round trip. The rows of one statement become arrays, so its
 * text is the same for any number of them.
 */
final class PostgresSender implements StatementSender {
  private final Connection connection;
  private final SqlListener listener;
  private final ParameterTypes types;

  PostgresSender(Connection connection, SqlListener listener, ParameterTypes types) {
    this.connection = connection;
    this.listener = listener;
    this.types = types;
  }

  @Override
  public boolean isPostgres() {
    return true;
  }

  @Override
  public void send(List<QueuedStatement> all, SqlSession session) throws SQLException {
    var statements = new ArrayList<ExecutedStatement>();
    for (QueuedStatement each : all) {
      statements.add(each.withArrays(connection, types));
    }
    listener.beforeSend(statements);
    String sql = SqlText.joinTexts(statements);
    try (PreparedStatement statement = connection.prepareStatement(sql)) { // the driver keeps it
      SqlValues.bindAll(statement, statements);
      statement.execute();
      for (int index = 0; index < all.size(); index++) {
        if (index > 0) {
          statement.getMoreResults();
        }
        all.get(index).readAnswer(statement, session);
      }
    }
  }

  @Override
  public Map<String, Integer> columnPlaces(String sql, ResultSet result) {
    return Map.of();
  }
}
