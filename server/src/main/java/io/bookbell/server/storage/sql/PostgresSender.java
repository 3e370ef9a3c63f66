package io.bookbell.server.storage.sql;

import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends statements to PostgreSQL in one round trip. The rows of one statement become arrays, so its
 * text is the same for any number of them. Plain inserts that follow each other become one
 * statement, because PostgreSQL takes about as long to begin and end a statement as to insert a
 * row.
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
    List<List<QueuedStatement>> parts = splitParts(all);
    var statements = new ArrayList<ExecutedStatement>();
    for (List<QueuedStatement> part : parts) {
      var executed = new ArrayList<ExecutedStatement>();
      for (QueuedStatement each : part) {
        executed.add(each.forPostgres(connection, types));
      }
      statements.add(executed.size() == 1 ? executed.getFirst() : SqlText.joinInserts(executed));
    }
    listener.beforeSend(statements);
    String sql = SqlText.joinTexts(statements);
    try (PreparedStatement statement = connection.prepareStatement(sql)) { // the driver keeps it
      SqlValues.bindAll(statement, statements);
      statement.execute();
      for (int index = 0; index < parts.size(); index++) {
        if (index > 0) {
          statement.getMoreResults();
        }
        parts.get(index).getFirst().readAnswer(statement, session); // joined ones have none
      }
    }
  }

  /**
   * Splits the statements, in their order, into those that are sent as one. PostgreSQL runs the
   * parts of one statement in any order, so two inserts into one table, whose rows may get their
   * ids there, stay apart.
   */
  private static List<List<QueuedStatement>> splitParts(List<QueuedStatement> all) {
    var parts = new ArrayList<List<QueuedStatement>>();
    var tables = new HashSet<String>(); // of the newest part; empty if it is no insert
    for (QueuedStatement each : all) {
      Optional<String> table = each.tableOfPlainInsert();
      boolean joins = table.isPresent() && !tables.isEmpty() && !tables.contains(table.get());
      if (!joins) {
        parts.add(new ArrayList<>());
        tables.clear();
      }
      parts.getLast().add(each);
      table.ifPresent(tables::add);
    }
    return parts;
  }

  @Override
  public Map<String, Integer> columnPlaces(String sql, ResultSet result) {
    return Map.of();
  }
}
