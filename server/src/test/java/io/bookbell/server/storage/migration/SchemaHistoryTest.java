package io.bookbell.server.storage.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteDataSource;

/** Only the exact newest schema is recognised without Flyway; everything else is left to Flyway. */
@ParameterizedClass
@EnumSource
class SchemaHistoryTest {
  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private StorageConfig storageConfig;
  private DataSource source;
  private String migrations;

  @BeforeEach
  void create() {
    storageConfig = kind.createWithoutSchema(folder);
    switch (storageConfig) {
      case StorageConfig.SqliteConfig(Path data) -> {
        var sqlite = new SQLiteDataSource();
        sqlite.setUrl("jdbc:sqlite:" + data.resolve("bookbell.db"));
        source = sqlite;
        migrations = "db/sqlite";
      }
      case StorageConfig.PostgresConfig(String url, String user, String password) -> {
        var postgres = new PGSimpleDataSource();
        postgres.setUrl(url);
        postgres.setUser(user);
        postgres.setPassword(password);
        source = postgres;
        migrations = "db/postgresql";
      }
    }
  }

  @Test
  void theNewestSchemaIsRecognisedAndNoOther() {
    assertThat(isNewest()).as("where there is nothing").isFalse();
    open();

    assertThat(isNewest()).isTrue();
    open();
    assertThat(isNewest()).as("after another start").isTrue();
  }

  @Test
  void aMigrationThatWasChangedAfterwardsIsRefused() throws SQLException {
    open();
    change("UPDATE flyway_schema_history SET checksum = checksum + 1 WHERE version = '2'");

    assertThat(isNewest()).isFalse();
    assertThatThrownBy(this::open)
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("checksum mismatch");
  }

  @Test
  void aMigrationThatFailedIsRefused() throws SQLException {
    open();
    change("UPDATE flyway_schema_history SET success = NOT success WHERE version = '3'");

    assertThat(isNewest()).isFalse();
    assertThatThrownBy(this::open)
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("failed migration");
  }

  @Test
  void theNewestMigrationsAreAppliedWhereTheyAreMissing() throws SQLException {
    open();
    change("DELETE FROM flyway_schema_history WHERE version = '37'");
    change("DELETE FROM flyway_schema_history WHERE version = '36'");
    change("DELETE FROM flyway_schema_history WHERE version = '34'");
    change("DELETE FROM flyway_schema_history WHERE version = '33'"); // empty on SQLite
    change("DELETE FROM flyway_schema_history WHERE version = '32'"); // empty on SQLite
    change("DELETE FROM flyway_schema_history WHERE version = '31'"); // empty on SQLite
    change("DELETE FROM flyway_schema_history WHERE version = '30'"); // empty on SQLite
    change("DELETE FROM flyway_schema_history WHERE version = '29'");
    change("DELETE FROM flyway_schema_history WHERE version = '28'");
    change("DELETE FROM flyway_schema_history WHERE version = '26'"); // empty on SQLite
    change("DELETE FROM flyway_schema_history WHERE version = '25'");

    assertThat(isNewest()).isFalse();
    assertThatThrownBy(this::open)
        .as("what it adds is there")
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("Failed to execute script");
  }

  @Test
  void anOlderMigrationThatIsMissingIsRefused() throws SQLException {
    open();
    change("DELETE FROM flyway_schema_history WHERE version = '4'");

    assertThat(isNewest()).isFalse();
    assertThatThrownBy(this::open)
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("not applied to database: 4");
  }

  @Test
  void aMigrationOfANewerProgramIsRefused() throws SQLException {
    open();
    change(
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
            + " checksum, installed_by, execution_time, success)"
            + " SELECT 99, '99', 'later', type, 'V99__later.sql', 1, installed_by, 1, success"
            + " FROM flyway_schema_history WHERE version = '1'");

    assertThat(isNewest()).isFalse();
    assertThatThrownBy(this::open)
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("schema 99 of a newer Bookbell");
  }

  private boolean isNewest() {
    return SchemaHistory.isNewest(source, migrations);
  }

  private void open() {
    OpenDatabase.forServing(storageConfig).close();
  }

  private void change(String sql) throws SQLException {
    try (var connection = source.getConnection();
        var statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isEqualTo(1);
    }
  }
}
