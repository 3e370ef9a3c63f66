package io.bookbell.server.storage.postgres;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.storage.TimeSource;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.PendingResult;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a read of one round trip has one snapshot without a transaction of its own. */
class OneTripReadTest {
  private static final String COUNT = "SELECT count(*) AS amount FROM app_user";
  private static final String WAIT = "SELECT 1 AS one FROM pg_advisory_xact_lock(7)";

  @TempDir Path folder;
  private final List<List<String>> trips = new CopyOnWriteArrayList<>();
  private PostgresDatabase database;
  private Connection holder;

  @BeforeEach
  void open() throws SQLException {
    var config = (PostgresConfig) TestDatabase.POSTGRESQL.create(folder);
    holder = DriverManager.getConnection(config.url(), config.user(), config.password());
    database =
        new PostgresDatabase(
            config.url(), config.user(), config.password(), TimeSource.ofPostgres(), this::record);
  }

  @AfterEach
  void close() throws SQLException {
    database.close();
    holder.close();
  }

  private void record(List<ExecutedStatement> together) {
    trips.add(together.stream().map(ExecutedStatement::sql).toList());
  }

  private void execute(String sql) throws SQLException {
    try (var statement = holder.createStatement()) {
      statement.execute(sql);
    }
  }

  private boolean isSomebodyWaiting() throws SQLException {
    try (var statement = holder.createStatement();
        var found =
            statement.executeQuery(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")) {
      return found.next();
    }
  }

  private static PendingResult<List<Integer>> countLater(Transaction tx) {
    return tx.query(COUNT).later(row -> row.getInt("amount"));
  }

  @Test
  void whatIsAskedForTogetherSeesOneSnapshot() throws Exception {
    for (int time = 0; time < 10; time++) { // the driver prepares statements on the server by then
      execute("SELECT pg_advisory_lock(7)");
      trips.clear();
      CompletableFuture<List<Integer>> read =
          database.readOnce(
              tx -> {
                var before = countLater(tx);
                tx.query(WAIT).later(row -> row.getInt("one"));
                var after = countLater(tx);
                return List.of(before.get().getFirst(), after.get().getFirst());
              });
      await().until(this::isSomebodyWaiting);
      execute(
          """
          INSERT INTO app_user (email, display_name, password_hash, created_at)
          VALUES ('%s@x.test', 'X', 'x', 0)"""
              .formatted(time));
      execute("SELECT pg_advisory_unlock(7)");

      assertThat(read.get(20, SECONDS)).containsExactly(time, time);
      assertThat(trips).containsExactly(List.of(COUNT, WAIT, COUNT));
    }
  }

  @Test
  void aReadCanNotWrite() {
    var once = database.readOnce(tx -> tx.update("UPDATE installation SET epoch = 'changed'"));
    var inTransaction = database.read(tx -> tx.update("UPDATE installation SET epoch = 'changed'"));

    assertThatThrownBy(once::join).hasMessageContaining("read-only transaction");
    assertThatThrownBy(inTransaction::join).hasMessageContaining("read-only transaction");
  }
}
