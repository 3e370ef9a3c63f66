package io.bookbell.server.storage.postgres;

import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.DatabaseFailureReason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The schema that holds Bookbell's tables: the first one of the search path, usually {@code
 * public}. Another one is named in the URL as {@code currentSchema}. Called by the thread that
 * opens the database.
 */
final class PostgresSchema {
  private PostgresSchema() {}

  /**
   * Creates the schema if it is missing.
   *
   * @throws DatabaseException with a one-line message for the operator
   */
  static void createIfMissing(DataSource source) {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(true);
      String wanted = Objects.requireNonNullElse(connectionSchema(connection), "");
      if (!wanted.isEmpty() && !exists(connection, wanted)) {
        try (var statement = connection.createStatement()) {
          statement.execute("CREATE SCHEMA IF NOT EXISTS \"" + wanted.replace("\"", "\"\"") + "\"");
        }
      }
    } catch (SQLException e) {
      throw new DatabaseException(
          "Cannot create the schema of BOOKBELL_DATABASE_SCHEMA: " + DatabaseFailureReason.of(e),
          e);
    }
  }

  /** The schema that the URL names, whether or not it exists. */
  private static @Nullable String connectionSchema(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        ResultSet answer =
            statement.executeQuery(
                "SELECT current_schema() AS present, current_setting('search_path') AS path")) {
      answer.next();
      String path = answer.getString("path");
      boolean single = !path.contains(",") && !path.contains("$");
      return answer.getString("present") == null && single ? path.replace("\"", "") : null;
    }
  }

  private static boolean exists(Connection connection, String schema) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT 1 FROM pg_namespace WHERE nspname = ?")) {
      query.setString(1, schema);
      try (ResultSet answer = query.executeQuery()) {
        return answer.next();
      }
    }
  }
}
