package io.bookbell.server.storage.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.storage.PreparedTextRecorder;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatementCachingConnectionTest {
  private static final String ADD = "INSERT INTO word (word) VALUES (?)";
  private static final String COUNT = "SELECT count(*) FROM word WHERE word = ?";

  /** The texts that the driver was asked to compile. */
  private final List<String> compiled = new ArrayList<>();

  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    Connection driver = DriverManager.getConnection("jdbc:sqlite::memory:");
    try (var statement = driver.createStatement()) {
      statement.execute("CREATE TABLE word (word VARCHAR(20) PRIMARY KEY)");
    }
    connection = new StatementCachingConnection(new PreparedTextRecorder(driver, compiled));
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  @Test
  void compilesAStatementOnce() throws SQLException {
    add("one");
    add("two");
    assertThat(count("one")).isEqualTo(1);
    assertThat(count("three")).isZero();
    assertThat(compiled).containsExactly(ADD, COUNT);
  }

  @Test
  void lendsAStatementToNobodyElseMeanwhile() throws SQLException {
    add("one");
    try (var outer = connection.prepareStatement(COUNT)) {
      outer.setString(1, "one");
      try (var found = outer.executeQuery()) {
        assertThat(count("two")).isZero();
        assertThat(found.next()).isTrue();
        assertThat(found.getInt(1)).isEqualTo(1);
      }
      outer.close();
      outer.close(); // a second close does nothing
    }
    assertThat(count("one")).isEqualTo(1);
    assertThat(compiled).containsExactly(ADD, COUNT, COUNT);
  }

  @Test
  void aStatementThatFailedServesTheNextOne() throws SQLException {
    add("one");
    assertThatThrownBy(() -> add("one")).hasMessageContaining("UNIQUE");
    add("two");
    assertThat(count("two")).isEqualTo(1);
  }

  @Test
  void forgetsWhatWasUsedLeastRecently() throws SQLException {
    for (int number = 0; number < 200; number++) {
      count("one");
      try (var other = connection.prepareStatement("SELECT " + number)) {
        other.executeQuery().close();
      }
    }
    assertThat(compiled.stream().filter(COUNT::equals)).hasSize(1);
    connection.prepareStatement("SELECT 199").close();
    connection.prepareStatement("SELECT 0").close();
    assertThat(compiled.stream().filter("SELECT 199"::equals)).hasSize(1);
    assertThat(compiled.stream().filter("SELECT 0"::equals)).hasSize(2);
  }

  private void add(String word) throws SQLException {
    try (var statement = connection.prepareStatement(ADD)) {
      statement.setString(1, word);
      statement.execute();
    }
  }

  private int count(String word) throws SQLException {
    try (var statement = connection.prepareStatement(COUNT)) {
      statement.setString(1, word);
      try (var found = statement.executeQuery()) {
        return found.getInt(1);
      }
    }
  }
}
