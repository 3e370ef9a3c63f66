package io.bookbell.server.storage;

import static io.bookbell.server.storage.schema.Tables.LOGIN_FAILURE;
import static io.bookbell.server.storage.schema.Tables.MESSAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.noCondition;

import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jooq.Condition;
import org.jooq.Query;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A statement behaves the same whether its connection caches it or not. */
@ParameterizedClass
@EnumSource
class PreparedQueryTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_800_000_000_000L);

  private static final RowInsert<Failure> FAILURES = failures().failOnConflict();
  private static final RowInsert<Failure> NEW_FAILURES = failures().ignoreConflicts();
  private static final RowInsert<String> MESSAGES =
      RowInsert.<String>insertInto(MESSAGE)
          .setColumn(MESSAGE.REQUEST_ID, _ -> null)
          .setColumn(MESSAGE.BODY, body -> body)
          .setColumn(MESSAGE.CREATED_AT, _ -> NOW)
          .failOnConflict();

  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private final AtomicInteger written = new AtomicInteger();
  private final PreparedQuery<String, ResultQuery<Record1<Integer>>> times =
      PreparedQuery.of(
          (sql, from) -> {
            written.incrementAndGet();
            return sql.select(LOGIN_FAILURE.FAILURES)
                .from(LOGIN_FAILURE)
                .where(
                    LOGIN_FAILURE.EMAIL_HASH.eq(
                        from.parameterFor(LOGIN_FAILURE.EMAIL_HASH, of -> of)));
          });
  private OpenDatabase data;

  record Failure(String hash, int times) {}

  private static RowInsert.InsertColumns<Failure> failures() {
    return RowInsert.<Failure>insertInto(LOGIN_FAILURE)
        .setColumn(LOGIN_FAILURE.EMAIL_HASH, Failure::hash)
        .setColumn(LOGIN_FAILURE.FAILURES, Failure::times)
        .setColumn(LOGIN_FAILURE.WINDOW_ENDS_AT, _ -> NOW);
  }

  @BeforeEach
  void open() {
    data = OpenDatabase.forServing(kind.create(folder));
  }

  @AfterEach
  void close() {
    data.close();
  }

  @Test
  void hasTheValuesOfEachTime() {
    write(tx -> FAILURES.insert(tx, List.of(new Failure("a", 1), new Failure("b", 2))));

    assertThat(times("a", "b", "c")).containsExactly(1, 2, 0);
    assertThat(times("b")).containsExactly(2);
  }

  @Test
  void isWrittenOnceWhereThereIsOneWriter() {
    times("a");
    times("b", "c");

    assertThat(written).hasValue(kind == TestDatabase.SQLITE ? 1 : 3);
  }

  @Test
  void isWrittenOnceForEachThreadThatReads() {
    write(tx -> FAILURES.insert(tx, List.of(new Failure("0", 1), new Failure("1", 2))));

    for (int number = 0; number < 30; number++) {
      String hash = String.valueOf(number % 2);
      int found =
          data.database().read(tx -> tx.bindQuery(times, hash).fetchSingle().value1()).join();
      assertThat(found).isEqualTo(number % 2 + 1);
    }
    assertThat(written).hasValueLessThanOrEqualTo(kind == TestDatabase.SQLITE ? 3 : 30);
  }

  @Test
  void takesNullForAValueAndNotForTheNext() {
    PreparedQuery<Map<String, @Nullable String>, Query> set =
        PreparedQuery.of(
            (sql, from) ->
                sql.insertInto(MESSAGE)
                    .set(MESSAGE.BODY, from.parameterFor(MESSAGE.BODY, each -> each.get("body")))
                    .set(MESSAGE.CREATED_AT, NOW));

    write(tx -> tx.bindQuery(set, Map.of("body", "one")).execute());
    assertThatThrownBy(() -> write(tx -> tx.bindQuery(set, Map.of()).execute()))
        .hasCauseInstanceOf(DataAccessException.class);
    write(tx -> tx.bindQuery(set, Map.of("body", "two")).execute());

    assertThat(bodies(noCondition())).containsExactly("one", "two");
  }

  @Test
  void aStatementThatFailedServesTheNextCommand() {
    write(tx -> FAILURES.insert(tx, new Failure("a", 1)));
    assertThatThrownBy(() -> write(tx -> FAILURES.insert(tx, new Failure("a", 2))))
        .hasCauseInstanceOf(DataAccessException.class);
    write(tx -> FAILURES.insert(tx, new Failure("b", 3)));

    assertThat(times("a", "b")).containsExactly(1, 3);
  }

  @Test
  void rowsThatAreThereArePassedOverWhereThatIsWanted() {
    write(tx -> FAILURES.insert(tx, new Failure("a", 1)));
    write(tx -> NEW_FAILURES.insert(tx, List.of(new Failure("a", 2), new Failure("b", 3))));

    assertThat(times("a", "b")).containsExactly(1, 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 16, 17, 100, 1_000})
  void insertsAsManyRowsAsThereAreEachWithItsNumber(int count) {
    List<String> wanted = IntStream.range(0, count).mapToObj(each -> "body " + each).toList();

    write(tx -> MESSAGES.insertNumbered(tx, List.of("first"), MESSAGE.ID));
    List<Long> ids = get(tx -> MESSAGES.insertNumbered(tx, wanted, MESSAGE.ID));

    assertThat(ids).isSorted().hasSize(count);
    assertThat(bodies(MESSAGE.ID.in(ids))).isEqualTo(wanted);
    assertThat(bodies(noCondition())).hasSize(count + 1);
  }

  @Test
  void moreValuesThanJooqLeavesOutOfTheTextAreRefused() {
    PreparedQuery<Integer, Query> long901 =
        PreparedQuery.of(
            (sql, from) ->
                sql.deleteFrom(LOGIN_FAILURE)
                    .where(
                        LOGIN_FAILURE.FAILURES.in(
                            IntStream.range(0, PreparedQuery.MOST_VALUES + 1)
                                .mapToObj(_ -> from.parameterFor(LOGIN_FAILURE.FAILURES, n -> n))
                                .toList())));

    if (kind == TestDatabase.SQLITE) {
      assertThatThrownBy(() -> write(tx -> tx.bindQuery(long901, 1).execute()))
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("901 values");
    } else {
      write(tx -> tx.bindQuery(long901, 1).execute());
    }
  }

  private List<Integer> times(String... hashes) {
    return get(
        tx ->
            Arrays.stream(hashes)
                .map(
                    hash ->
                        tx.bindQuery(times, hash).fetchOptional(LOGIN_FAILURE.FAILURES).orElse(0))
                .toList());
  }

  private List<String> bodies(Condition which) {
    return get(
        tx ->
            tx.sql()
                .select(MESSAGE.BODY)
                .from(MESSAGE)
                .where(which)
                .orderBy(MESSAGE.ID)
                .fetch(MESSAGE.BODY));
  }

  private void write(Consumer<Transaction> work) {
    get(
        tx -> {
          work.accept(tx);
          return true;
        });
  }

  private <T> T get(Function<Transaction, T> work) {
    return data.database().write(work).join();
  }
}
