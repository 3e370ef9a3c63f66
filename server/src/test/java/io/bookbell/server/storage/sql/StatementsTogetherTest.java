package io.bookbell.server.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests what happens to statements that are sent in one round trip. */
class StatementsTogetherTest {
  private static final String ADD =
      "INSERT INTO login_failure (email_hash, failures, window_ends_at) VALUES (?, ?, ?)";
  private static final String NAMES = "SELECT email_hash AS name FROM login_failure ORDER BY 1";

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void eachRowOfSeveralMustBeWritten(TestDatabase kind) {
    try (OpenDatabase data = open(kind)) {
      Database database = data.database();
      String change =
          """
          WITH change (name, failures) AS (VALUES (CAST(? AS varchar), CAST(? AS integer)))
          UPDATE login_failure SET failures = change.failures FROM change
          WHERE login_failure.email_hash = change.name""";
      var failing =
          database.write(
              tx -> {
                tx.enqueue(ADD, "there", 1, Instant.EPOCH);
                tx.enqueueForOneRow(change, "there", 2);
                tx.enqueueForOneRow(change, "missing", 3);
                return true;
              });

      assertThatThrownBy(failing::join).hasStackTraceContaining("1 rows written instead of 2");
      assertThat(names(database)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void rowsForAfterTheCommitAreReadWithIt(TestDatabase kind) {
    try (OpenDatabase data = open(kind)) {
      var seen = new ArrayList<String>();
      data.database()
          .write(
              tx -> {
                tx.enqueue(ADD, "stored", 1, Instant.EPOCH);
                PendingResult<List<String>> names =
                    tx.query(NAMES).afterCommit(row -> row.getString("name"));
                tx.afterCommit(() -> seen.addAll(names.get()));
                assertThat(names.isKnown()).isFalse();
                return true;
              })
          .join();

      assertThat(seen).containsExactly("stored");
    }
  }

  /** PostgreSQL only: SQLite has no round trips to save. */
  @Test
  void insertsThatFollowEachOtherAreOneStatementOfPostgresUnlessOneReads() throws SQLException {
    try (Connection connection = EmptyDatabases.connect(TestDatabase.POSTGRESQL, folder)) {
      var trips = new ArrayList<Integer>();
      SqlSession session =
          SqlSession.forPostgres(
              connection, together -> trips.add(together.size()), new ParameterTypes());
      session.update("CREATE TABLE parent (id INTEGER PRIMARY KEY)");
      session.update("CREATE TABLE child (id INTEGER PRIMARY KEY REFERENCES parent, word VARCHAR)");
      trips.clear();

      session.enqueue("INSERT INTO parent (id) VALUES (?)", 1);
      session.enqueue("INSERT INTO parent (id) VALUES (?)", 2);
      session.enqueue("INSERT INTO child (id, word) VALUES (?, ?)", 1, "one");
      session.enqueue("INSERT INTO child (id, word) VALUES (?, ?)", 2, "two");
      session.enqueue("INSERT INTO child (id, word) SELECT id, 'copy' FROM parent WHERE id > ?", 2);
      session.enqueue("INSERT INTO parent (id) VALUES (?)", 3);
      session.enqueue("INSERT INTO child (id, word) SELECT id, 'copy' FROM parent WHERE id > ?", 2);
      List<String> words =
          session.query("SELECT word FROM child ORDER BY id").list(row -> row.getString("word"));

      assertThat(words).containsExactly("one", "two", "copy");
      assertThat(trips).as("four inserts, three alone, and the query").containsExactly(5);
    }
  }

  /** PostgreSQL runs the inserts of one statement in any order. */
  @ParameterizedTest
  @EnumSource
  void rowsOfOneTableGetTheirIdsInTheOrderOfTheirStatements(TestDatabase kind) {
    try (OpenDatabase data = open(kind)) {
      String add =
          """
          INSERT INTO app_user (email, display_name, password_hash, created_at)
          VALUES (?, ?, '', 0)""";
      var added =
          data.database()
              .write(
                  tx -> {
                    tx.enqueue(add, "first@books.example", "First");
                    tx.enqueue(ADD, "between", 1, Instant.EPOCH);
                    tx.enqueue(add, "second@books.example", "Second");
                    return tx.query("SELECT display_name FROM app_user ORDER BY id")
                        .list(row -> row.getString("display_name"));
                  })
              .join();

      assertThat(added).containsExactly("First", "Second");
    }
  }

  private OpenDatabase open(TestDatabase kind) {
    StorageConfig config = kind.create(folder);
    return OpenDatabase.forServing(config);
  }

  private static List<String> names(Database database) {
    return database.read(tx -> tx.query(NAMES).list(row -> row.getString("name"))).join();
  }
}
