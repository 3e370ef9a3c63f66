package io.bookbell.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.config.Setting;
import io.bookbell.server.resilience.workload.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as an operator runs them, each in its own process. */
class CommandsTest {
  @TempDir Path folder;

  /** A command's exit code and output. */
  private record Outcome(int exit, String said) {
    Outcome expect(int expected) {
      assertThat(exit).as(said).isEqualTo(expected);
      return this;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          BOOKBELL_HOST                     | 999.1.1.1         | an address or a name of this machine
          BOOKBELL_PORT                     | eighty            | a whole number from 0 to 65535
          BOOKBELL_PORT                     | 65536             | a whole number from 0 to 65535
          BOOKBELL_METRICS_PORT             | -1                | a whole number from 0 to 65535
          BOOKBELL_MAX_CONNECTIONS_PER_USER | 0                 | a whole number from 1
          BOOKBELL_TRUSTED_PROXIES          | my-proxy          | a list of addresses and ranges
          BOOKBELL_TRUST_PROXY              | yes               | true or false
          BOOKBELL_PUBLIC_URL               | books.example     | https://books.example
          BOOKBELL_PUBLIC_URL               | https://a.test/x?y | https://books.example
          BOOKBELL_PUBLIC_URL               | https://straße.de | xn--
          BOOKBELL_ALLOWED_ORIGINS          | https://βιβλίος.gr | xn--
          BOOKBELL_ALLOWED_ORIGINS          | ftp://a.test      | https://books.example
          BOOKBELL_LEGACY_CHANNEL           | book_requests     | BOOKBELL_REDIS_URL
          BOOKBELL_DATABASE_URL             | mysql://host/db   | postgresql://host
          """)
  void aWrongSettingStopsTheStartInOneLine(String variable, String value, String expected) {
    Outcome outcome = run(Map.of(variable, value), "serve").expect(78);

    assertThat(outcome.said.strip().lines()).hasSize(1);
    assertThat(outcome.said).contains(variable, value, expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"book requests", "bookbell:all"})
  void aLegacyChannelHasANameThatNodesDoNotUseAmongThemselves(String name) {
    var settings =
        Map.of(
            "BOOKBELL_DATABASE_URL", "jdbc:postgresql://nowhere.invalid/db",
            "BOOKBELL_REDIS_URL", "redis://nowhere.invalid:6379",
            "BOOKBELL_LEGACY_CHANNEL", name);

    Outcome outcome = run(settings, "serve").expect(78);

    assertThat(outcome.said.strip().lines()).hasSize(1);
    assertThat(outcome.said).contains("BOOKBELL_LEGACY_CHANNEL", name, "such as book_requests");
  }

  @Test
  void anUnknownKeyInTheFileIsNamed() throws IOException {
    Files.writeString(folder.resolve("bookbell.properties"), "BOOKBELL_PROT=9");

    assertThat(run(Map.of(), "serve").expect(78).said)
        .contains("bookbell.properties", "BOOKBELL_PROT", "did you mean BOOKBELL_PORT?");
  }

  @Test
  void anUnknownVariableIsNamedInOneLine() {
    var settings = Map.of("BOOKBELL_PROT", "9", "BOOKBELL_DATA", "nowhere");

    assertThat(run(settings, "verify").said)
        .containsOnlyOnce("BOOKBELL_PROT (did you mean BOOKBELL_PORT?)");
  }

  @Test
  void metricsOnTheMainPortStopTheStartInOneLine() {
    Outcome outcome =
        run(Map.of("BOOKBELL_PORT", "9464", "BOOKBELL_METRICS_PORT", "9464"), "serve").expect(78);

    assertThat(outcome.said.strip().lines()).hasSize(1);
    assertThat(outcome.said).contains("BOOKBELL_METRICS_PORT", "BOOKBELL_PORT", "9464");
  }

  @Test
  void theEnvironmentWinsOverTheFile() throws IOException {
    Files.writeString(folder.resolve("bookbell.properties"), "BOOKBELL_PORT=wrong");

    assertThat(run(Map.of("BOOKBELL_PORT", "worse"), "serve").expect(78).said)
        .contains("“worse”")
        .doesNotContain("“wrong”");
  }

  @Test
  void aPortThatIsTakenIsNamed() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      Outcome outcome = run(Map.of("BOOKBELL_PORT", port), "serve").expect(69);
      assertThat(outcome.said).contains(port, "BOOKBELL_PORT").doesNotContain("\tat ");
    }
  }

  @Test
  void theHelpListsEverySetting() {
    assertThat(run(Map.of(), "serve", "--help").expect(0).said)
        .contains(Arrays.stream(Setting.values()).map(Setting::variableName).toList());
    assertThat(run(Map.of(), "--help").expect(0).said)
        .contains(
            "serve", "demo", "verify", "health", "user", "backup", "restore", "import", "export");
    run(Map.of(), "nonsense").expect(2);
  }

  @Test
  void withoutDataThereIsNothingToLookAt() {
    for (String[] command :
        List.of(
            new String[] {"verify"},
            new String[] {"user", "add", "a@b.test"},
            new String[] {"backup", "file"},
            new String[] {"restore", "file"})) {
      Outcome outcome = run(Map.of(), command);
      assertThat(outcome.exit).isIn(1, 69);
      assertThat(outcome.said.strip().lines()).as(outcome.said).hasSizeLessThan(4);
      assertThat(outcome.said).doesNotContain("\tat ");
    }
  }

  @Test
  void theDemonstrationIsCheckedBackedUpRestoredAndReset() throws Exception {
    demo();
    Map<String, String> data = Map.of("BOOKBELL_DATA", folder.resolve("data/demo").toString());
    assertThat(run(data, "verify").expect(0).said).contains("All is well").contains("0 breaches");
    assertThat(run(data, "user", "add", "Ada@books.test", "--creator", "Ada reads").expect(0).said)
        .contains("ada@books.test", "The password is ");
    assertThat(run(data, "user", "add", "ada@books.test").expect(1).said).contains("account");
    assertThat(run(data, "user", "add", "nobody").expect(1).said).contains("“nobody”");
    assertThat(run(data, "user", "reset", "ADA@books.test").expect(0).said)
        .contains("http://localhost:8080/reset#", "ada@books.test. It is valid once, until ");
    assertThat(run(data, "user", "reset", "eve@books.test").expect(1).said)
        .contains("There is no account with eve@books.test");
    run(data, "backup", "all.backup").expect(0);
    assertThat(run(data, "restore", "all.backup").expect(1).said).contains("--replace");
    change("UPDATE membership SET used = used + 1 WHERE user_id = 101");
    assertThat(run(data, "verify").expect(1).said).contains("invariant", "101", "Not well");
    run(data, "restore", "--replace", "all.backup").expect(0);
    run(data, "verify").expect(0);
    change("DELETE FROM inbox WHERE (user_id, seq) IN (SELECT user_id, seq FROM inbox_head)");
    run(data, "verify").expect(1);
    demo("--reset");
    run(data, "verify").expect(0);
  }

  @Test
  void whatCannotBeImportedIsRefusedInOneLine() throws IOException {
    Files.createFile(folder.resolve("empty.db"));
    Files.writeString(folder.resolve("queries.sql"), "-- name: creators\nSELECT 1 AS id");
    assertRefused(1, "There is no SQLite file", "import", "--from", "missing.db");
    assertRefused(
        1, "“jdbc:mysql://host/db” must be like", "import", "--from", "jdbc:mysql://host/db");
    assertRefused(1, "The query “creators” of the mapping failed", "import", "--from", "empty.db");
    assertRefused(1, "no query “team”", "import", "--from", "empty.db", "--mapping", "queries.sql");
    assertRefused(69, "does not exist", "import", "--from", "empty.db", "--mapping", "missing.sql");
    assertRefused(
        1, "The report cannot be written", "import", "--from", "empty.db", "--report", "no/file");
    assertRefused(1, "Nothing was imported yet", "export", "--to", "empty.db");
    assertRefused(
        69,
        "jdbc:postgresql://127.0.0.1:1/db",
        "import",
        "--from",
        "jdbc:postgresql://127.0.0.1:1/db?user=a&password=hidden");
    run(Map.of(), "import").expect(2);
  }

  private void assertRefused(int exit, String said, String... command) {
    Outcome outcome = run(Map.of(), command).expect(exit);
    assertThat(outcome.said.strip().lines().filter(line -> !line.matches("[a-z]+: \\d+")))
        .as(outcome.said)
        .hasSize(1);
    assertThat(outcome.said).contains(said).doesNotContain("hidden");
  }

  @Test
  void anotherSystemIsImportedThroughAMappingAndExportedAgain() throws Exception {
    legacy(
        "CREATE TABLE people (id INTEGER, mail TEXT, boss INTEGER)",
        "INSERT INTO people VALUES (1, 'ada@old.test', NULL), (2, 'ben@old.test', 1)");
    Files.writeString(
        folder.resolve("queries.sql"),
        """
        -- name: creators
        SELECT id, mail AS email, 'Ada' AS display_name, NULL AS password_hash
        FROM people WHERE boss IS NULL;
        -- name: team
        SELECT NULL AS creator_id, NULL AS user_id, NULL AS email, NULL AS display_name,
          NULL AS password_hash, NULL AS active WHERE FALSE
        -- name: supporters
        SELECT boss AS creator_id, id AS user_id, mail AS email, 'Ben' AS display_name,
          NULL AS password_hash, 'Gold' AS tier, 3 AS requests_allowed, 1 AS requests_used
        FROM people WHERE boss IS NOT NULL
        -- name: requests
        SELECT 5 AS id, 1 AS creator_id, 2 AS user_id, 'Emma' AS title, NULL AS author,
          '9780141439587' AS isbn, NULL AS note, 'PENDING' AS status, NULL AS response,
          NULL AS responded_by, 0 AS refunded, '2025-11-05T10:20:30Z' AS created_at,
          '2025-11-05 10:20:30' AS updated_at
        -- name: replies
        SELECT NULL AS id, NULL AS request_id, NULL AS user_id, NULL AS body,
          NULL AS created_at WHERE FALSE
        """);
    String[] command = {
      "import", "--from", "legacy.db", "--mapping", "queries.sql", "--report", "found.txt"
    };

    Outcome outcome = run(Map.of(), command).expect(0);

    assertThat(outcome.said)
        .contains("Imported", "requests                1", "“Unknown” (request 5)");
    assertThat(Files.readString(folder.resolve("found.txt"))).contains("MISSING_AUTHOR: request 5");
    assertThat(folder.resolve("found.txt.part")).doesNotExist();
    assertThat(run(Map.of(), "verify").expect(0).said).contains("1 requests");
    assertThat(run(Map.of(), command).expect(0).said).contains("requests                0");
  }

  private void legacy(String... statements) throws SQLException {
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("legacy.db"));
        var statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  @Test
  void aFreshServerPrintsItsSetupLinkAndHoldsItsFolder() throws Exception {
    var settings = Map.of("BOOKBELL_PORT", "0");
    Path said = folder.resolve("said");
    Process first = process(settings, said, "serve");
    try {
      Awaitility.await()
          .atMost(60, TimeUnit.SECONDS)
          .until(() -> Files.readString(said).contains("/setup#"));
      assertThat(run(settings, "serve").expect(69).said)
          .contains("in use by another Bookbell, process " + first.pid());
    } finally {
      first.destroy();
      assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Starts the demonstration and stops it again. */
  private void demo(String... options) throws Exception {
    Path said = folder.resolve("demo" + options.length);
    var command = new ArrayList<String>(List.of("demo"));
    command.addAll(List.of(options));
    Process demo = process(Map.of("BOOKBELL_PORT", "0"), said, command.toArray(String[]::new));
    try {
      Awaitility.await()
          .atMost(60, TimeUnit.SECONDS)
          .until(() -> Files.readString(said).contains("The demonstration is at "));
    } finally {
      demo.destroy();
      assertThat(demo.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void change(String sql) throws SQLException {
    String url = "jdbc:sqlite:" + folder.resolve("data/demo/bookbell.db");
    try (var connection = DriverManager.getConnection(url);
        var statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isPositive();
    }
  }

  private Outcome run(Map<String, String> settings, String... command) {
    try {
      Path said = Files.createTempFile(folder, "said", "");
      Process process = process(settings, said, command);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", List.of(command)).isTrue();
      return new Outcome(process.exitValue(), Files.readString(said));
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Process process(Map<String, String> settings, Path said, String... command)
      throws IOException {
    var builder =
        new ProcessBuilder(Program.words("commands", List.of(command)))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(empty().toFile()))
            .redirectOutput(said.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("BOOKBELL_"));
    builder.environment().putAll(settings);
    return builder.start();
  }

  private Path empty() throws IOException {
    Path empty = folder.resolve("empty");
    return Files.exists(empty) ? empty : Files.createFile(empty);
  }
}
