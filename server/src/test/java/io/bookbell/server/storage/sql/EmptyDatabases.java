package io.bookbell.server.storage.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.SqliteConfig;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Connections for tests of sessions. */
final class EmptyDatabases {
  /** The function that counts written rows, which sessions on PostgreSQL need. */
  private static final String COUNTED_ROWS = "/db/postgresql/V33__counted_rows.sql";

  private EmptyDatabases() {}

  /** Opens a connection to a new database without tables, which doesn't commit by itself. */
  static Connection connect(TestDatabase kind, Path folder) throws SQLException {
    Connection connection =
        switch (kind.createWithoutSchema(folder)) {
          case SqliteConfig _ ->
              DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("test.db"));
          case PostgresConfig(String url, String user, String password) ->
              DriverManager.getConnection(url, user, password);
        };
    if (kind == TestDatabase.POSTGRESQL) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(readScript());
      }
    }
    connection.setAutoCommit(false);
    return connection;
  }

  private static String readScript() {
    try (InputStream script = EmptyDatabases.class.getResourceAsStream(COUNTED_ROWS)) {
      return new String(script.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
