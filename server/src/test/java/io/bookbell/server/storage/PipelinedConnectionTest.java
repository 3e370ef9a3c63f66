package io.bookbell.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When queued statements are sent, and where their failures appear. */
class PipelinedConnectionTest {
  private static final Table<Record> BOOK = table(name("book"));
  private static final Field<Long> ID = field(name("id"), SQLDataType.BIGINT);
  private static final Field<String> TITLE = field(name("title"), SQLDataType.VARCHAR);
  private static final Field<byte[]> COVER = field(name("cover"), SQLDataType.BLOB);

  @TempDir Path folder;

  private final List<String> prepared = new ArrayList<>();
  private Connection connection;
  private PipelinedConnection pipelinedConnection;
  private DSLContext sql;

  @BeforeEach
  void connect() throws SQLException {
    var storage = (StorageConfig.PostgresConfig) TestDatabase.POSTGRESQL.create(folder);
    connection = DriverManager.getConnection(storage.url(), storage.user(), storage.password());
    connection.setAutoCommit(false);
    pipelinedConnection = new PipelinedConnection(new PreparedTextRecorder(connection, prepared));
    sql = DSL.using(pipelinedConnection, SQLDialect.POSTGRES);
    sql.execute("create temporary table book (id bigint primary key, title text, cover bytea)");
    pipelinedConnection.commit();
    prepared.clear();
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private void add(long id, @Nullable String title) {
    pipelinedConnection.queueStatements(
        () ->
            sql.insertInto(BOOK)
                .set(ID, id)
                .set(TITLE, title)
                .set(COVER, new byte[] {(byte) id})
                .execute());
  }

  private List<Long> ids() {
    return sql.select(ID).from(BOOK).orderBy(ID).fetch(ID);
  }

  @Test
  void whatWaitsIsSentWithTheNextInOrderAndEachHasItsOwnValues() throws SQLException {
    add(1, "The Lantern Keeper");
    add(2, null);
    pipelinedConnection.queueStatements(
        () -> sql.update(BOOK).set(TITLE, "Tide").where(ID.eq(2L)).execute());
    assertThat(prepared).isEmpty();

    var second = sql.selectFrom(BOOK).where(ID.eq(2L)).and(TITLE.eq("Tide")).fetchSingle();
    assertThat(second.get(COVER)).containsExactly(2);
    assertThat(prepared).singleElement().asString().contains("insert", ";update", ";select");
    add(3, "Reef");
    assertThat(sql.update(BOOK).set(TITLE, "Shoal").where(ID.in(1L, 3L)).execute()).isEqualTo(2);
    add(4, "Strand");
    assertThat(sql.insertInto(BOOK).set(ID, 5L).returningResult(ID).fetchSingle(ID)).isEqualTo(5);
    assertThat(prepared).hasSize(3);

    pipelinedConnection.commit();
    connection.rollback();
    assertThat(sql.select(TITLE).from(BOOK).orderBy(ID).fetch(TITLE))
        .containsExactly("Shoal", "Tide", "Shoal", "Strand", null);
  }

  @Test
  void whatWaitsAtTheEndIsCommittedOrTakenBack() throws SQLException {
    add(1, "kept");
    pipelinedConnection.commit();
    add(2, "taken back");
    pipelinedConnection.rollback();
    connection.rollback();

    assertThat(ids()).containsExactly(1L);
  }

  @Test
  void aFailureIsToldWhereItIsSentAndWhatComesAfterItIsNotDone() throws SQLException {
    add(1, "first");
    add(1, "twin");
    assertThatThrownBy(() -> sql.update(BOOK).set(TITLE, "changed").execute())
        .isInstanceOfSatisfying(
            DataAccessException.class, e -> assertThat(e.sqlState()).isEqualTo("23505"));
    pipelinedConnection.rollback();

    add(2, "first");
    add(2, "twin");
    assertThatThrownBy(pipelinedConnection::commit).isInstanceOf(SQLException.class);
    pipelinedConnection.rollback();
    assertThat(ids()).isEmpty();
  }

  @Test
  void aSavepointTakesBackWhatCameAfterIt() throws SQLException {
    Savepoint untouched = pipelinedConnection.setSavepoint();
    add(1, "not even sent");
    pipelinedConnection.rollback(untouched);
    pipelinedConnection.releaseSavepoint(untouched);

    Savepoint failing = pipelinedConnection.setSavepoint();
    add(2, "first");
    assertThat(ids()).containsExactly(2L);
    add(2, "twin");
    assertThatThrownBy(pipelinedConnection::flushQueued).isInstanceOf(SQLException.class);
    add(4, "not sent any more");
    pipelinedConnection.rollback(failing);
    pipelinedConnection.releaseSavepoint(failing);

    Savepoint good = pipelinedConnection.setSavepoint();
    add(3, "kept");
    pipelinedConnection.releaseSavepoint(good);
    pipelinedConnection.commit();
    assertThat(ids()).containsExactly(3L);
  }

  @Test
  void manyAreSentBeforeThereAreTooMany() throws SQLException {
    IntStream.rangeClosed(1, 100).forEach(id -> add(id, "book"));
    assertThat(prepared).hasSize(3);
    assertThat(ids()).hasSize(100);
    add(101, "book");
    try (var statement = pipelinedConnection.createStatement();
        var count = statement.executeQuery("select count(*) from book")) {
      assertThat(count.next()).isTrue();
      assertThat(count.getInt(1)).isEqualTo(101);
    }
  }
}
