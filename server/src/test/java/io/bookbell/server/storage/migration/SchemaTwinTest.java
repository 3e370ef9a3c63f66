package io.bookbell.server.storage.migration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The SQLite and PostgreSQL schemas are equal, except for how generated ids are declared. */
class SchemaTwinTest {
  private static final Pattern ONLY_HERE =
      Pattern.compile("-- \\[jooq ignore start].*?-- \\[jooq ignore stop]", Pattern.DOTALL);

  @ParameterizedTest
  @MethodSource("migrations")
  void twinsHaveTheSameTablesColumnsAndConstraints(String migration) throws IOException {
    List<String> sqlite = statements("sqlite", migration);
    List<String> postgres = statements("postgresql", migration);

    assertThat(sqlite).isEqualTo(postgres);
  }

  /** Also where only one of the two had to rebuild a table. */
  @Test
  void afterAllMigrationsTheTablesHaveTheSameColumns(@TempDir Path folder) {
    String sqlite =
        """
        SELECT t.name AS table_name, c.name AS column_name
        FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'""";
    String postgres =
        """
        SELECT CAST(table_name AS text) AS table_name, CAST(column_name AS text) AS column_name
        FROM information_schema.columns
        WHERE table_schema = current_schema() AND data_type <> 'xid8'
        AND table_name NOT IN ('serving_node', 'socket_place')""";

    assertThat(columns(TestDatabase.SQLITE, folder, sqlite))
        .hasSizeGreaterThan(100)
        .containsExactlyInAnyOrderElementsOf(columns(TestDatabase.POSTGRESQL, folder, postgres));
  }

  private static List<String> columns(TestDatabase kind, Path folder, String query) {
    try (OpenDatabase open = OpenDatabase.forMaintenance(kind.createWithoutSchema(folder))) {
      return open.database()
          .read(
              tx ->
                  tx.query(query)
                      .list(
                          row -> row.getString("table_name") + "." + row.getString("column_name")))
          .join();
    }
  }

  static List<String> migrations() throws IOException {
    assertThat(statements("sqlite", "V1__schema.sql")).hasSizeGreaterThan(20);
    URL folder = Objects.requireNonNull(SchemaTwinTest.class.getResource("/db/postgresql"));
    String[] names = Objects.requireNonNull(new File(URI.create(folder.toString())).list());
    assertThat(names).hasSizeGreaterThan(6);
    return Arrays.stream(names).sorted().toList();
  }

  private static List<String> statements(String dialect, String migration) throws IOException {
    String resource = "/db/" + dialect + "/" + migration;
    try (var in =
        Objects.requireNonNull(SchemaTwinTest.class.getResourceAsStream(resource), resource)) {
      String plain =
          ONLY_HERE
              .matcher(new String(in.readAllBytes(), UTF_8))
              .replaceAll("")
              .replaceAll("--[^\n]*", "")
              .toUpperCase(Locale.ROOT)
              .replaceAll("\\bBYTEA\\b", "BLOB")
              .replaceAll("INTEGER PRIMARY KEY AUTOINCREMENT", "GENERATED ID")
              .replaceAll(
                  "BIGINT GENERATED (ALWAYS|BY DEFAULT) AS IDENTITY PRIMARY KEY", "GENERATED ID")
              .replaceAll("\\s+", " ");
      return Arrays.stream(plain.split(";", -1))
          .map(String::strip)
          .filter(statement -> !statement.isEmpty())
          .toList();
    }
  }
}
