package io.bookbell.server.storage.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which statements a session on SQLite compiles. */
class StatementCacheTest {
  private static final String ADD = "INSERT INTO word (word) VALUES (?)";
  private static final String COUNT = "SELECT count(*) AS amount FROM word WHERE word = ?";

  /** The texts that the driver was asked to compile. */
  private final List<String> compiled = new ArrayList<>();

  private Connection driver;
  private SqlSession session;

  @BeforeEach
  void open() throws SQLException {
    driver = DriverManager.getConnection("jdbc:sqlite::memory:");
    try (var statement = driver.createStatement()) {
      statement.execute("CREATE TABLE word (word VARCHAR(20) PRIMARY KEY)");
    }
    session = SqlSession.forSqlite(PreparedTexts.recordInto(compiled, driver), _ -> {});
  }

  @AfterEach
  void close() throws SQLException {
    driver.close();
  }

  @Test
  void compilesAStatementOnce() {
    add("one");
    add("two");
    assertThat(count("one")).isEqualTo(1);
    assertThat(count("three")).isZero();
    assertThat(compiled).containsExactly(ADD, COUNT);
  }

  @Test
  void lendsAStatementToNobodyElseMeanwhile() {
    add("one");
    List<String> both =
        session
            .query(COUNT, "one")
            .list(
                row -> {
                  int inner = count("two");
                  return row.getInt("amount") + " and " + inner;
                });
    assertThat(both).containsExactly("1 and 0");
    assertThat(count("one")).isEqualTo(1);
    assertThat(compiled).containsExactly(ADD, COUNT, COUNT);
  }

  @Test
  void aStatementThatFailedServesTheNextOne() {
    add("one");
    assertThatThrownBy(() -> add("one"))
        .isInstanceOf(DataAccessException.class)
        .hasMessageContaining("UNIQUE");
    add("two");
    assertThat(count("two")).isEqualTo(1);
    assertThat(compiled).containsExactly(ADD, COUNT);
  }

  @Test
  void forgetsWhatWasUsedLeastRecently() {
    for (int number = 0; number < 400; number++) {
      count("one");
      select(number);
    }
    assertThat(compiled.stream().filter(COUNT::equals)).hasSize(1);
    select(399);
    select(0);
    assertThat(compiled.stream().filter("SELECT 399 AS number"::equals)).hasSize(1);
    assertThat(compiled.stream().filter("SELECT 0 AS number"::equals)).hasSize(2);
  }

  @Test
  void keepsNoStatementWithALongList() {
    List<String> many = IntStream.range(0, 10_000).mapToObj(Integer::toString).toList();
    for (int time = 0; time < 2; time++) {
      assertThat(session.query("SELECT word FROM word WHERE word IN (?)", many).exists()).isFalse();
    }
    assertThat(compiled).hasSize(2);
  }

  private void add(String word) {
    session.update(ADD, word);
  }

  private int count(String word) {
    return session.query(COUNT, word).single(row -> row.getInt("amount"));
  }

  private void select(int number) {
    int found =
        session.query("SELECT " + number + " AS number").single(row -> row.getInt("number"));
    assertThat(found).isEqualTo(number);
  }
}
