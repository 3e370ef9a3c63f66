package io.bookbell.server.storage.sql;

import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.SqliteConfig;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Connections for tests of sessions. */
final class EmptyDatabases {
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
    connection.setAutoCommit(false);
    return connection;
  }
}
