package io.bookbell.server.storage;

import static io.bookbell.server.storage.schema.Tables.LOGIN_FAILURE;
import static io.bookbell.server.storage.schema.Tables.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.RowCountQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Values returned by a write are those of the rows it has written. */
@ParameterizedClass
@EnumSource
class ReturningClauseTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_800_000_000_000L);

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
  void anUpsertReturnsItsOwnRowWhateverWasInsertedLast() {
    count("a");
    count("b");
    count("c");

    assertThat(count("a")).isEqualTo(2);
    assertThat(count("d")).isEqualTo(1);
    assertThat(count("a")).isEqualTo(3);
  }

  @Test
  void anInsertThatIsPassedOverReturnsNothing() {
    count("a");
    message("one");

    assertThat(inserted("a")).isEmpty();
    assertThat(inserted("b")).contains(7);
  }

  @Test
  void updatesAndDeletesReturnTheirRows() {
    count("a");
    count("b");
    var update =
        write(
            tx ->
                tx.executeReturning(
                    tx.sql()
                        .update(LOGIN_FAILURE)
                        .set(LOGIN_FAILURE.FAILURES, LOGIN_FAILURE.FAILURES.plus(10)),
                    LOGIN_FAILURE.EMAIL_HASH,
                    LOGIN_FAILURE.FAILURES,
                    LOGIN_FAILURE.WINDOW_ENDS_AT));
    message("last");
    var deleted =
        write(
            tx ->
                tx.executeReturningOne(
                    tx.sql().deleteFrom(LOGIN_FAILURE).where(LOGIN_FAILURE.EMAIL_HASH.eq("a")),
                    LOGIN_FAILURE.WINDOW_ENDS_AT));

    assertThat(update).extracting(row -> row.get(LOGIN_FAILURE.EMAIL_HASH)).contains("a", "b");
    assertThat(update)
        .allSatisfy(row -> assertThat(row.get(LOGIN_FAILURE.FAILURES)).isEqualTo(11))
        .allSatisfy(row -> assertThat(row.get(LOGIN_FAILURE.WINDOW_ENDS_AT)).isEqualTo(NOW));
    assertThat(deleted).contains(NOW);
  }

  @Test
  void rowsThatArePassedOverDoNotShiftTheNumbersOfTheOthers() {
    RowInsert<Long> newMessages =
        RowInsert.<Long>insertInto(MESSAGE)
            .setColumn(MESSAGE.ID, id -> id)
            .setColumn(MESSAGE.BODY, id -> "body " + id)
            .setColumn(MESSAGE.CREATED_AT, _ -> NOW)
            .ignoreConflicts();

    write(tx -> newMessages.insertNumbered(tx, List.of(5L, 7L), MESSAGE.ID));
    List<Long> ids =
        write(tx -> newMessages.insertNumbered(tx, List.of(4L, 5L, 7L, 9L), MESSAGE.ID));

    assertThat(ids).containsExactly(4L, 9L);
  }

  private int count(String hash) {
    return write(
        tx ->
            tx.executeReturningOne(
                    tx.sql()
                        .insertInto(LOGIN_FAILURE)
                        .set(LOGIN_FAILURE.EMAIL_HASH, hash)
                        .set(LOGIN_FAILURE.FAILURES, 1)
                        .set(LOGIN_FAILURE.WINDOW_ENDS_AT, NOW)
                        .onConflict(LOGIN_FAILURE.EMAIL_HASH)
                        .doUpdate()
                        .set(LOGIN_FAILURE.FAILURES, LOGIN_FAILURE.FAILURES.plus(1)),
                    LOGIN_FAILURE.FAILURES)
                .orElseThrow());
  }

  private Optional<Integer> inserted(String hash) {
    return write(tx -> tx.executeReturningOne(newRow(tx, hash), LOGIN_FAILURE.FAILURES));
  }

  private static RowCountQuery newRow(Transaction tx, String hash) {
    return tx.sql()
        .insertInto(LOGIN_FAILURE)
        .set(LOGIN_FAILURE.EMAIL_HASH, hash)
        .set(LOGIN_FAILURE.FAILURES, 7)
        .set(LOGIN_FAILURE.WINDOW_ENDS_AT, NOW)
        .onConflictDoNothing();
  }

  private void message(String body) {
    write(
        tx ->
            tx.sql()
                .insertInto(MESSAGE)
                .set(MESSAGE.BODY, body)
                .set(MESSAGE.CREATED_AT, NOW)
                .execute());
  }

  private <T> T write(Function<Transaction, T> work) {
    return data.database().write(work).join();
  }
}
