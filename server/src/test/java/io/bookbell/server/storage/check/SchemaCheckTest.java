package io.bookbell.server.storage.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Finds schema objects that were removed by hand, and the rows that became possible without them.
 */
@ParameterizedClass
@EnumSource
class SchemaCheckTest {
  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private OpenDatabase data;

  @BeforeEach
  void open() {
    data = OpenDatabase.forServing(kind.create(folder));
  }

  @AfterEach
  void close() {
    data.close();
  }

  @Test
  void theNewestSchemaHasNoProblem() {
    assertThat(problems()).isEmpty();
  }

  @Test
  void aMissingIndexAndAMissingTriggerAreNamed() {
    execute("DROP INDEX book_request_creator_status");
    execute("DROP TRIGGER request_is_counted" + (isPostgres() ? " ON book_request" : ""));

    assertThat(problems())
        .containsExactlyInAnyOrder(
            "the index book_request_creator_status is missing",
            "the trigger request_is_counted is missing");
  }

  @Test
  void aTriggerThatNoLongerRunsIsNamed() {
    if (!isPostgres()) {
      return; // SQLite has constraints instead
    }
    execute("ALTER TABLE quota_ledger DISABLE TRIGGER ledger_line_is_checked");

    assertThat(problems()).containsExactly("the trigger ledger_line_is_checked is missing");
  }

  @Test
  void missingConstraintsAndTheDuplicatesThatTheyKeptAwayAreNamed() {
    execute("DROP TABLE login_failure");
    execute(
        "CREATE TABLE login_failure (email_hash VARCHAR(64), failures INTEGER, window_ends_at"
            + " BIGINT)");
    execute("CREATE INDEX login_failure_end ON login_failure (window_ends_at)");
    execute("INSERT INTO login_failure VALUES ('a', 1, 1), ('a', 2, 2), ('b', 1, 1)");

    assertThat(problems())
        .contains(
            "the unique constraint login_failure(email_hash) is missing",
            "there are several rows with login_failure(email_hash) = [a]",
            "NOT NULL of login_failure(failures) is missing",
            "table login_failure has 0 of its 1 CHECK constraints");
  }

  @Test
  void aMissingForeignKeyIsNamed() {
    execute("DROP TABLE ws_ticket");
    execute(
        "CREATE TABLE ws_ticket (token_hash VARCHAR(64) NOT NULL PRIMARY KEY,"
            + " session_hash VARCHAR(64) NOT NULL, expires_at BIGINT NOT NULL)");
    execute("CREATE INDEX ws_ticket_session ON ws_ticket (session_hash)");
    execute("CREATE INDEX ws_ticket_expiry ON ws_ticket (expires_at)");

    assertThat(problems())
        .containsExactly("the foreign key ws_ticket(session_hash) -> session is missing");
  }

  @Test
  void aSequenceOfAnotherNameIsNamed() {
    if (!isPostgres()) {
      return; // SQLite has no sequences
    }
    execute("ALTER SEQUENCE reply_id_seq RENAME TO other_seq");

    assertThat(problems()).containsExactly("the sequence of reply.id isn't reply_id_seq");
  }

  @Test
  void aCollationOfAnotherVersionIsNamed() {
    if (!isPostgres()) {
      return; // SQLite compares bytes
    }
    execute("UPDATE pg_database SET datcollversion = '0.1' WHERE datname = current_database()");

    assertThat(problems()).hasSizeLessThanOrEqualTo(1);
    int version =
        data.database()
            .read(
                tx ->
                    tx.query("SHOW server_version_num")
                        .single(row -> row.getInt("server_version_num")))
            .join();
    if (version >= 150000) {
      assertThat(problems()).singleElement().asString().contains("was version 0.1");
    }
  }

  private boolean isPostgres() {
    return kind == TestDatabase.POSTGRESQL;
  }

  private void execute(String sql) {
    data.database().write(tx -> tx.update(sql)).join();
  }

  private List<String> problems() {
    return data.database().read(SchemaCheck::findProblems).join();
  }
}
