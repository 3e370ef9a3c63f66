package io.bookbell.server.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** When a session sends statements that wait, and where their failures appear. */
@ParameterizedClass
@EnumSource
class WaitingStatementsTest {
  private static final String ADD = "INSERT INTO book (id, title, cover) VALUES (?, ?, ?)";

  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private final List<String> prepared = new ArrayList<>();
  private Connection connection;
  private SqlSession session;

  @BeforeEach
  void connect() throws SQLException {
    connection = EmptyDatabases.connect(kind, folder);
    Connection recorded = PreparedTexts.recordInto(prepared, connection);
    session =
        isPostgres()
            ? SqlSession.forPostgres(recorded, _ -> {}, new ParameterTypes())
            : SqlSession.forSqlite(recorded, _ -> {});
    session.update("CREATE TEMPORARY TABLE book (id bigint PRIMARY KEY, title text, cover bytea)");
    session.commit();
    prepared.clear();
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private boolean isPostgres() {
    return kind == TestDatabase.POSTGRESQL;
  }

  private void add(long id, @Nullable String title) {
    session.enqueue(ADD, id, title, new byte[] {(byte) id});
  }

  private List<Long> ids() {
    return session.query("SELECT id FROM book ORDER BY id").list(row -> row.getLong("id"));
  }

  @Test
  void whatWaitsIsSentWithTheNextInOrderAndEachHasItsOwnValues() throws SQLException {
    add(1, "The Lantern Keeper");
    add(2, null);
    session.enqueue("UPDATE book SET title = ? WHERE id = ?", "Tide", 2L);
    assertThat(prepared).isEmpty();

    byte[] cover =
        session
            .query("SELECT cover FROM book WHERE id = ? AND title = ?", 2L, "Tide")
            .single(row -> row.getBytes("cover"));
    assertThat(cover).containsExactly(2);
    if (isPostgres()) {
      assertThat(prepared.removeFirst()).as("asked for its types, once").startsWith("INSERT");
      assertThat(prepared).singleElement().asString().contains("INSERT", ";UPDATE", ";SELECT");
    } else {
      assertThat(prepared).hasSize(3).first().asString().endsWith("VALUES (?, ?, ?), (?, ?, ?)");
    }
    add(3, "Reef");
    assertThat(
            session.update("UPDATE book SET title = ? WHERE id IN (?)", "Shoal", List.of(1L, 3L)))
        .isEqualTo(2);
    add(4, "Strand");
    long fifth =
        session
            .query("INSERT INTO book (id) VALUES (?) RETURNING id", 5L)
            .single(row -> row.getLong("id"));
    assertThat(fifth).isEqualTo(5);
    if (isPostgres()) {
      assertThat(prepared).as("round trips").hasSize(3);
    }

    session.commit();
    connection.rollback();
    assertThat(
            session
                .query("SELECT title FROM book ORDER BY id")
                .list(row -> row.findString("title")))
        .containsExactly("Shoal", "Tide", "Shoal", "Strand", null);
  }

  @Test
  void rowsWaitTooAndALargeResultComesAfterThem() {
    session.writeAll(
        "INSERT INTO book (id) VALUES (?)", List.of(2L, 1L, 3L), id -> ValueReader.values(id));
    assertThat(prepared).isEmpty();

    var found = new ArrayList<Long>();
    long count =
        session
            .query("SELECT id FROM book ORDER BY id")
            .forEach(row -> found.add(row.getLong("id")));
    assertThat(count).isEqualTo(3);
    assertThat(found).containsExactly(1L, 2L, 3L);
  }

  @Test
  void whatWaitsAtTheEndIsCommittedOrTakenBack() throws SQLException {
    add(1, "kept");
    session.commit();
    add(2, "taken back");
    session.rollback();
    connection.rollback();

    assertThat(ids()).containsExactly(1L);
  }

  @Test
  void aFailureIsToldWhereItIsSentAndWhatComesAfterItIsNotDone() throws SQLException {
    add(1, "first");
    add(1, "twin");
    assertThatThrownBy(() -> session.update("UPDATE book SET title = 'changed'"))
        .isInstanceOfSatisfying(DataAccessException.class, this::assertNotUnique);
    session.rollback();

    add(2, "first");
    add(2, "twin");
    assertThatThrownBy(session::commit)
        .isInstanceOfSatisfying(DataAccessException.class, this::assertNotUnique);
    session.rollback();
    assertThat(ids()).isEmpty();
  }

  private void assertNotUnique(DataAccessException failure) {
    if (isPostgres()) {
      assertThat(failure.sqlState()).isEqualTo("23505");
    } else {
      assertThat(failure).hasMessageContaining("SQLITE_CONSTRAINT_PRIMARYKEY");
    }
  }

  @Test
  void theCommitIsSentWithWhatWaits() throws SQLException {
    add(1, "kept");
    session.commit();

    assertThat(prepared).singleElement().asString().endsWith(isPostgres() ? ";COMMIT" : ADD);
  }

  @Test
  void aStatementThatWritesAnotherNumberOfRowsPreventsTheCommit() throws SQLException {
    add(1, "first");
    session.enqueueForOneRow("UPDATE book SET title = 'changed' WHERE id = ?", 2L);
    assertThatThrownBy(session::commit).hasMessageContaining("0 rows written instead of 1");
    session.rollback();
    assertThat(ids()).isEmpty();
  }

  @Test
  void resultsOfOneRoundTripAreReadInAnyOrder() {
    add(1, "first");
    PendingResult<List<Long>> ids =
        session.query("SELECT id FROM book").later(row -> row.getLong("id"));
    PendingResult<Integer> changed =
        session.updateLater("UPDATE book SET title = ? WHERE id = ?", "changed", 1L);
    PendingResult<List<String>> titles =
        session.query("SELECT title FROM book").later(row -> row.getString("title"));
    assertThat(ids.isKnown()).isFalse();

    assertThat(titles.get()).containsExactly("changed");
    assertThat(changed.get()).isEqualTo(1);
    assertThat(ids.get()).containsExactly(1L);
    assertThat(prepared).hasSize(isPostgres() ? 1 : 4);
  }

  @Test
  void aResultThatWasTakenBackIsUnknown() throws SQLException {
    PendingResult<List<Long>> ids =
        session.query("SELECT id FROM book").later(row -> row.getLong("id"));
    session.rollback();
    assertThatThrownBy(ids::get).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aSavepointTakesBackWhatCameAfterIt() throws SQLException {
    session.setSavepoint();
    add(1, "not even sent");
    session.rollbackToSavepoint();
    session.releaseSavepoint();
    assertThat(prepared).isEmpty();

    session.setSavepoint();
    add(2, "first");
    assertThat(ids()).containsExactly(2L);
    add(2, "twin");
    assertThatThrownBy(session::flush).isInstanceOf(DataAccessException.class);
    add(4, "not sent any more");
    session.rollbackToSavepoint();
    session.releaseSavepoint();

    session.setSavepoint();
    add(3, "kept");
    session.releaseSavepoint();
    session.commit();
    assertThat(ids()).containsExactly(3L);
  }

  @Test
  void manyAreSentBeforeThereAreTooMany() {
    IntStream.rangeClosed(1, 100)
        .forEach(
            id -> {
              add(id, "book");
              session.enqueue("UPDATE book SET title = ? WHERE id = ?", "Book", (long) id);
            });
    assertThat(prepared).hasSize(isPostgres() ? 3 : 2);
    assertThat(ids()).hasSize(100);
    add(101, "book");
    int count =
        session.query("SELECT count(*) AS amount FROM book").single(row -> row.getInt("amount"));
    assertThat(count).isEqualTo(101);
  }

  @Test
  void rowsOfSeveralCommandsAreWrittenTogether() {
    for (long command = 1; command <= 100; command++) {
      session.beginCommand();
      add(command, "book");
      session.enqueueForOneRow(
          """
          WITH change (id, title) AS (VALUES (CAST(? AS bigint), ?))
          UPDATE book SET title = change.title FROM change WHERE book.id = change.id""",
          command,
          "changed");
    }
    session.endCommands();
    assertThat(prepared).isEmpty();

    assertThat(ids()).hasSize(100);
    assertThat(prepared.stream().filter(sql -> sql.startsWith("INSERT")))
        .as("64, 32 and 4 rows on SQLite; on PostgreSQL once for its types")
        .hasSize(isPostgres() ? 2 : 3);
    assertThat(session.query("SELECT id FROM book WHERE title = ?", "changed").list(_ -> true))
        .hasSize(100);
  }

  @Test
  void commandsThatFollowComeAfterAllThatWereDecidedTogether() {
    session.beginCommand();
    add(1, "of the first ones");
    session.enqueue("DELETE FROM book");
    session.endCommands();
    session.beginCommand();
    add(2, "of a later one");
    session.endCommands();

    assertThat(ids()).containsExactly(2L);
  }
}
