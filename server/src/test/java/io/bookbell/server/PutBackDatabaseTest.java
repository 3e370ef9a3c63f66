package io.bookbell.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.account.AccountStore;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.SqliteConfig;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.IdentitySequences;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A database that was put back starts a new epoch, and gives no id of news a second time. */
class PutBackDatabaseTest {
  private static final String FILE = "bookbell.db";
  private static final String MARK = "bookbell.mark";
  private static final long MILLISECONDS = 1_000_000_000_000L;

  @TempDir Path folder;

  /** What a server finds when it starts. */
  private record Found(String epoch, long lastNews) {
    boolean skipsIds() {
      return lastNews >= MILLISECONDS;
    }
  }

  private static Found start(StorageConfig storageConfig) {
    try (var data = OpenDatabase.forServing(storageConfig)) {
      Database database = data.database();
      String epoch =
          new DatabaseStart(database, new AccountStore()).prepare().join().identity().epoch();
      return new Found(epoch, database.read(PutBackDatabaseTest::lastNews).join());
    }
  }

  private static long lastNews(Transaction tx) {
    return tx.isPostgres()
        ? IdentitySequences.lastGiven(tx, "outbox_item")
        : tx.query(
                "SELECT coalesce(max(seq), 0) AS last FROM sqlite_sequence WHERE name = ?",
                "outbox_item")
            .single(row -> row.getLong("last"));
  }

  @ParameterizedTest
  @EnumSource
  void aDatabaseThatStaysWhereItIsKeepsItsEpoch(TestDatabase kind) {
    StorageConfig storage = kind.create(folder);
    Found first = start(storage);

    assertThat(start(storage)).isEqualTo(first);
    try (var beside = OpenDatabase.forConcurrentAccess(storage)) {
      beside
          .database()
          .write(tx -> tx.update("UPDATE installation SET passwords_off = TRUE"))
          .join();
    }
    assertThat(start(storage)).isEqualTo(first);
    assertThat(first.skipsIds()).isFalse();
  }

  @Test
  void aCopyOfTheFileThatIsPutBackIsRecognized() throws IOException {
    Path data = sqlite();
    Found first = start(new SqliteConfig(data));
    Files.copy(data.resolve(FILE), folder.resolve("copy"));
    start(new SqliteConfig(data));
    Files.copy(folder.resolve("copy"), data.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);

    Found again = start(new SqliteConfig(data));

    assertThat(again.epoch).isNotEqualTo(first.epoch);
    assertThat(again.skipsIds()).isTrue();
    assertThat(start(new SqliteConfig(data))).isEqualTo(again);
  }

  @Test
  void aCopyOfTheWholeFolderThatIsPutBackIsRecognized() throws IOException {
    Path data = sqlite();
    Found first = start(new SqliteConfig(data));
    Path copy = Files.createDirectory(folder.resolve("copy"));
    for (String name : new String[] {FILE, MARK}) {
      Files.copy(data.resolve(name), copy.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }
    start(new SqliteConfig(data));

    Found again = start(new SqliteConfig(copy));

    assertThat(again.epoch).isNotEqualTo(first.epoch);
    assertThat(again.skipsIds()).isTrue();
  }

  @Test
  void aFileThatIsPutElsewhereIsRecognized() throws IOException {
    Path data = sqlite();
    Found first = start(new SqliteConfig(data));
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.copy(data.resolve(FILE), other.resolve(FILE));

    assertThat(start(new SqliteConfig(other)).epoch).isNotEqualTo(first.epoch);
  }

  @Test
  void aCopyFromBeforeTheUpgradeIsRecognized() throws IOException {
    Path data = sqlite();
    Files.copy(data.resolve(FILE), folder.resolve("copy"));
    Found first = start(new SqliteConfig(data));
    Files.copy(folder.resolve("copy"), data.resolve(FILE), StandardCopyOption.REPLACE_EXISTING);

    Found again = start(new SqliteConfig(data));

    assertThat(again.epoch).isNotEqualTo(first.epoch);
    assertThat(again.skipsIds()).isTrue();
  }

  @Test
  void aPostgresDatabaseThatIsPutBackInItsClusterIsRecognized() throws SQLException {
    var storage = (PostgresConfig) TestDatabase.POSTGRESQL.create(folder);
    var copy = (PostgresConfig) TestDatabase.POSTGRESQL.reserve(folder);
    Found first = start(storage);
    sql(serverOf(storage), "CREATE DATABASE %s TEMPLATE %s".formatted(name(copy), name(storage)));

    Found again = start(copy);

    assertThat(again.epoch).isNotEqualTo(first.epoch);
    assertThat(again.skipsIds()).isTrue();
    assertThat(start(copy)).isEqualTo(again);
  }

  @Test
  void tablesThatAreRestoredIntoAPostgresDatabaseAreRecognized() throws SQLException {
    var storage = (PostgresConfig) TestDatabase.POSTGRESQL.create(folder);
    Found first = start(storage);
    sql(
        storage,
        "ALTER TABLE installation RENAME TO former;"
            + "CREATE TABLE installation (LIKE former INCLUDING ALL);"
            + "INSERT INTO installation SELECT * FROM former;"
            + "DROP TABLE former");

    Found again = start(storage);

    assertThat(again.epoch).isNotEqualTo(first.epoch);
    assertThat(again.skipsIds()).isTrue();
  }

  private Path sqlite() {
    return ((SqliteConfig) TestDatabase.SQLITE.create(folder)).folder();
  }

  private static String name(PostgresConfig storage) {
    return storage.url().replaceFirst(".*/", "");
  }

  private static PostgresConfig serverOf(PostgresConfig storage) {
    return new PostgresConfig(
        storage.url().replaceFirst("[^/]*$", "postgres"), storage.user(), storage.password());
  }

  private static void sql(PostgresConfig storage, String text) throws SQLException {
    try (var connection =
            DriverManager.getConnection(storage.url(), storage.user(), storage.password());
        var statement = connection.createStatement()) {
      statement.execute(text);
    }
  }
}
