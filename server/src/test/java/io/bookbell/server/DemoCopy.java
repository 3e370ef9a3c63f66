package io.bookbell.server;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.demo.DemoData;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TemporaryFolder;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies the demonstration data into empty databases. It is created once per process, because that
 * takes longer than most tests.
 */
final class DemoCopy {
  private static final String SQLITE_FILE = "bookbell.db";
  private static final String TEMPLATE = "demonstration";

  private static byte @Nullable [] sqlite;

  /** The PostgreSQL servers that have the template. */
  private static final Set<String> PREPARED = new HashSet<>();

  private DemoCopy() {}

  /** Fills a database that doesn't exist yet, or to which nobody is connected. */
  static synchronized void into(StorageConfig storageConfig, String passwordHash) {
    try {
      switch (storageConfig) {
        case StorageConfig.SqliteConfig(Path folder) -> intoSqlite(folder, passwordHash);
        case StorageConfig.PostgresConfig postgresConfig ->
            intoPostgres(postgresConfig, passwordHash);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The demo data could not be copied", e);
    } catch (SQLException e) {
      throw new IllegalStateException("The demo data could not be copied", e);
    }
  }

  private static void intoSqlite(Path folder, String passwordHash) throws IOException {
    byte[] content = sqlite;
    if (content == null) {
      Path first = TemporaryFolder.make();
      lay(new StorageConfig.SqliteConfig(first), passwordHash);
      content = Files.readAllBytes(first.resolve(SQLITE_FILE));
      sqlite = content;
      TemporaryFolder.delete(first);
    }
    Files.createDirectories(folder);
    Files.write(folder.resolve(SQLITE_FILE), content);
  }

  private static void intoPostgres(StorageConfig.PostgresConfig storage, String passwordHash)
      throws SQLException {
    int name = storage.url().lastIndexOf('/') + 1;
    String server = storage.url().substring(0, name);
    String database = storage.url().substring(name);
    try (var connection =
            DriverManager.getConnection(server + "postgres", storage.user(), storage.password());
        var statement = connection.createStatement()) {
      if (PREPARED.add(server)) {
        TestDatabase.copy(statement, "template1", TEMPLATE);
        lay(
            new StorageConfig.PostgresConfig(server + TEMPLATE, storage.user(), storage.password()),
            passwordHash);
      }
      statement.execute("DROP DATABASE IF EXISTS " + database);
      TestDatabase.copy(statement, TEMPLATE, database);
    }
  }

  private static void lay(StorageConfig storageConfig, String passwordHash) {
    DemoData demo = new Services(Services.ClientNotifier.noOp()).createDemoData();
    try (var data = OpenDatabase.forServing(storageConfig)) {
      data.database()
          .write(
              tx -> {
                EpochStore.ensureInstallation(tx);
                demo.populateDatabase(tx, passwordHash);
                return true;
              })
          .join();
    }
  }
}
