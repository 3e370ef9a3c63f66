package io.bookbell.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bookbell.server.config.FileFailureReason;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.config.Setting;
import io.bookbell.server.log.LogSettings;
import io.bookbell.server.storage.DataLock;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.TemporaryFolder;
import io.bookbell.server.support.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every failing command explains the failure in one line and changes nothing. */
@Timeout(60) // an invalid setting that is accepted would serve forever
class CommandFailuresTest {
  private static final Set<Setting> FREE =
      Set.of(
          Setting.DATA,
          Setting.DATABASE_USER,
          Setting.DATABASE_PASSWORD,
          Setting.PATREON_CLIENT_ID,
          Setting.PATREON_CLIENT_SECRET);
  private static final String LINKS_IN_A_CIRCLE = "circle";

  /** A folder with a database in {@code data} and its backup in {@code good.backup}. */
  private static Path whole;

  @TempDir Path folder;

  private final Map<String, String> settings = new HashMap<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void makeDatabase() {
    whole = TemporaryFolder.make();
    OpenDatabase.forServing(new StorageConfig.SqliteConfig(whole.resolve("data"))).close();
    var test = new CommandFailuresTest();
    test.folder = whole;
    assertThat(test.run("user", "add", "ann@books.example")).isEqualTo(ExitCode.DONE);
    assertThat(test.out.toString()).contains("The password is ");
    assertThat(test.run("backup", "good.backup")).isEqualTo(ExitCode.DONE);
  }

  @AfterAll
  static void deleteDatabase() {
    TemporaryFolder.delete(whole);
  }

  /** Prepares the folder before the command runs. */
  private interface Preparation {
    void in(CommandFailuresTest test) throws Exception;
  }

  private record Row(String command, int code, String told, Preparation preparation) {
    @Override
    public String toString() {
      return command + ": " + told;
    }
  }

  private static Row row(String command, int code, String told) {
    return new Row(command, code, told, _ -> {});
  }

  private static Row row(String command, int code, String told, Preparation preparation) {
    return new Row(command, code, told, preparation);
  }

  static Stream<Row> words() {
    return Stream.of(
        row("sevre", 2, "sevre.*bookbell --help"),
        row("serve --bogus", 2, "--bogus.*bookbell serve --help"),
        row("demo more", 2, "more"),
        row("restore", 2, "FILE"),
        row("backup one two", 2, "two"),
        row("user", 2, "(?i)missing.*user --help"),
        row("user add", 2, "EMAIL"),
        row("user passwords maybe", 2, "Say on or off, not “maybe”.*user passwords --help"),
        row("user add nobody", 1, "“nobody” is not an e-mail address"),
        row("user add ann@books.example --name=", 1, "--name"));
  }

  static Stream<Row> backups() {
    return Stream.of(
        row("restore missing", 1, "There is no file"),
        row("restore .", 1, "is a folder; name a file"),
        row("restore ", 1, "The name of the file is empty"),
        row("backup ", 1, "The name of the file is empty"),
        row("restore circle", 1, "There is no file", CommandFailuresTest::circle),
        row("restore f", 1, "is cut off or damaged", test -> test.write("f", new byte[0])),
        row("restore f", 1, "is not a backup", test -> test.write("f", "junk".getBytes(UTF_8))),
        row("restore f", 1, "is cut off or damaged", test -> test.write("f", part(1000))),
        row("restore f", 1, "is cut off or damaged", test -> test.write("f", part(-4))),
        row("restore f", 1, "is not a backup", test -> test.write("f", zip("no json"))),
        row("restore f", 1, "is not a backup", test -> test.write("f", zip("{\"a\": 1}"))),
        row("restore f", 1, "version 99.*use the Bookbell that wrote it", heading(99, "")),
        row("restore f", 1, "table \"x\"", heading(1, "{\"table\": \"x\", \"columns\": []}")),
        row("restore f", 1, "is cut off or damaged", heading(1, "{\"table\": ")),
        row(
            "restore f",
            1,
            "column tier.x",
            heading(1, "{\"table\":\"tier\",\"columns\":[\"x\"]}")),
        row(
            "restore f --replace",
            1,
            "rows that do not fit",
            test -> {
              heading(1, "{\"table\":\"tier\",\"columns\":[\"id\"]}\n[1]").in(test);
              test.database();
            }),
        row(
            "restore f",
            1,
            "--replace",
            test -> {
              test.database();
              test.write("f", Files.readAllBytes(whole.resolve("good.backup")));
            }),
        row("backup none/f", 1, "There is no folder"),
        row("backup circle/f", 1, "There is no folder", CommandFailuresTest::circle),
        row("backup .", 1, "is a folder; name a file in it", CommandFailuresTest::database),
        row("backup data/bookbell.db", 1, "part of the database", CommandFailuresTest::database),
        row(
            "backup data/../data/bookbell.lock",
            1,
            "part of the database",
            CommandFailuresTest::database));
  }

  static Stream<Row> databases() {
    return Stream.of("verify", "backup f", "user add ben@books.example")
        .flatMap(
            command ->
                Stream.of(
                    row(command, 69, "There is no database at"),
                    row(command, 69, "file is not a database", CommandFailuresTest::junk),
                    row(command, 69, "empty or of an older version", CommandFailuresTest::empty),
                    row(command, 69, "newer Bookbell", CommandFailuresTest::newer),
                    row(
                        command,
                        69,
                        "There is no database at",
                        test -> test.write("data", new byte[9]))));
  }

  static Stream<Row> servers() {
    return Stream.of("serve", "demo", "restore good")
        .flatMap(
            command ->
                Stream.of(
                    row(
                        command,
                        69,
                        "not a folder",
                        test -> test.good().write("data", new byte[9])),
                    row(command, 69, "file is not a database", test -> test.good().junk()),
                    command.equals("demo")
                        ? row(command, 1, "has accounts", test -> test.good().newer())
                        : row(command, 69, "newer Bookbell", test -> test.good().newer()),
                    row(
                        command,
                        69,
                        "circle, which is not a folder",
                        test -> test.good().circle())));
  }

  @ParameterizedTest
  @MethodSource({"words", "backups", "databases", "servers"})
  void eachFailureIsReportedInOneLine(Row row) throws Exception {
    settings.put("BOOKBELL_DATA", folder.resolve("data").toString());
    row.preparation.in(this);
    if (row.told.startsWith(LINKS_IN_A_CIRCLE)) {
      settings.put("BOOKBELL_DATA", folder.resolve(LINKS_IN_A_CIRCLE).toString());
    }
    Map<String, Long> before = files();

    int code = run(row.command.split(" ", -1));

    assertTold(code, row.code, row.told);
    assertThat(files()).isEqualTo(before);
  }

  /** Not for root, to whom no folder is closed. */
  @ParameterizedTest
  @ValueSource(strings = {"verify", "backup f", "restore closed/f", "backup closed/f/x"})
  void aFolderThatIsClosedIsNotTakenForAMissingOne(String command) throws IOException {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    settings.put("BOOKBELL_DATA", closed.resolve("data").toString());
    Files.setPosixFilePermissions(closed, Set.of());
    try {
      assumeTrue(FileFailureReason.isHidden(closed.resolve("data")), "may read every folder");

      int code = run(command.split(" ", -1));

      assertTold(code, command.contains("closed") ? 1 : 69, "permission denied");
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "demo --reset"})
  void theDemonstrationLeavesOtherAccountsAlone(String command) throws IOException {
    database();
    Files.writeString(
        folder.resolve("bookbell.properties"), "BOOKBELL_DATA=" + folder.resolve("data"));
    Map<String, Long> before = files();

    assertTold(run(command.split(" ", -1)), 1, "has accounts.*nothing was changed");

    assertThat(files()).isEqualTo(before);
    assertThat(run("user", "list")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString()).contains("ann@books.example").doesNotContain("demo.test");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "demo --reset"})
  void theDemonstrationLeavesOtherAccountsOnPostgresAlone(String command) throws SQLException {
    var storage = (StorageConfig.PostgresConfig) TestDatabase.POSTGRESQL.create(folder);
    useDatabase(storage);
    sql(storage, INSERT_ANN);

    assertTold(run(command.split(" ", -1)), 1, "BOOKBELL_DATABASE_URL.*has accounts");

    sql(storage, "UPDATE app_user SET email = 'creator@demo.test' WHERE id = 1");
    sql(storage, ALIVE);
    assertTold(run("demo", "--reset"), 1, "stop all servers first.*nothing was changed");
  }

  @Test
  void theDemonstrationChangesNothingIfItsPortIsTaken() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      settings.put("BOOKBELL_PORT", String.valueOf(taken.getLocalPort()));

      assertTold(run("demo", "--reset"), 69, "port " + taken.getLocalPort() + ".*in use");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void aDatabaseThatIsServedIsNotRestored() throws Exception {
    var storage = (StorageConfig.PostgresConfig) TestDatabase.POSTGRESQL.create(folder);
    useDatabase(storage);
    good();
    sql(storage, ALIVE);

    assertTold(run("restore", "good"), 1, "stop all servers first.*nothing was changed");
    assertTold(run("restore", "--replace", "good"), 1, "stop all servers first");
    sql(storage, "UPDATE serving_node SET alive_until = now()");

    assertThat(run("restore", "good")).isEqualTo(ExitCode.DONE);
  }

  private static final String INSERT_ANN =
      "INSERT INTO app_user (id, email, display_name, name_key, password_hash, created_at)"
          + " VALUES (1, 'ann@books.example', 'Ann', 'ann', '', 1)";
  private static final String ALIVE =
      "INSERT INTO serving_node (id, alive_until) VALUES ('one', now() + INTERVAL '1 hour')";

  private void useDatabase(StorageConfig.PostgresConfig storage) {
    settings.put("BOOKBELL_DATABASE_URL", storage.url());
    settings.put("BOOKBELL_DATABASE_USER", storage.user());
    settings.put("BOOKBELL_DATABASE_PASSWORD", storage.password());
  }

  @Test
  void passwordsStayOnWhileThereIsNoOtherWay() throws IOException {
    database();

    assertTold(run("user", "passwords", "off"), 1, "BOOKBELL_OIDC_ISSUER");
    settings.put("BOOKBELL_OIDC_ISSUER", "https://id.example");
    settings.put("BOOKBELL_OIDC_CLIENT_ID", "books");
    assertTold(run("user", "passwords", "off"), 1, "to an operator's account");
  }

  @Test
  void aFolderThatIsInUseNamesWhoUsesIt() throws IOException {
    try (var _ = DataLock.acquireLock(Files.createDirectory(folder.resolve("data")))) {
      assertTold(
          run("serve"), 69, "in use by another Bookbell, process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      settings.put("BOOKBELL_PORT", String.valueOf(taken.getLocalPort()));

      assertTold(run("serve"), 69, "port " + taken.getLocalPort() + ".*in use.*BOOKBELL_PORT");
    }
    settings.put("BOOKBELL_HOST", "192.0.2.1"); // of no machine

    assertTold(run("serve"), 69, "192.0.2.1.*BOOKBELL_HOST");
    for (String host : new String[] {"256.1.1.1", "a b", "http://x"}) {
      settings.put("BOOKBELL_HOST", host);

      assertTold(run("serve"), 78, "BOOKBELL_HOST is “" + host + "”");
      assertTold(run("health"), 78, "BOOKBELL_HOST is “" + host + "”");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSettingThatMakesNoSenseIsNamed(Setting setting) {
    if (FREE.contains(setting)) {
      return;
    }
    settings.put(setting.variableName(), "no sense : //x:hush@");

    assertTold(run("serve"), 78, setting.variableName() + " is ");
    assertTold(run("verify"), 78, setting.variableName() + " is ");
  }

  @Test
  void anInvalidSettingNeedsNoStackTrace() {
    settings.put("BOOKBELL_PORT", "x");
    LogSettings.setLevel("debug");
    try {
      assertTold(run("verify"), 78, "BOOKBELL_PORT is “x”");
    } finally {
      LogSettings.setLevel("info");
    }
  }

  @Test
  void aFileOfSettingsThatCannotBeReadIsNamed() throws IOException {
    Path file = folder.resolve("bookbell.properties");
    Files.createDirectory(file);
    assertTold(run("verify"), 78, "bookbell.properties cannot be read: Is a directory");
    Files.delete(file);
    Files.write(file, new byte[] {(byte) 0xff, '=', 'x'});
    assertTold(run("verify"), 78, "not UTF-8");
    Files.writeString(file, "BOOKBELL_PROT=80");
    assertTold(run("verify"), 78, "BOOKBELL_PROT");
    Files.writeString(file, "BOOKBELL_JAVA_OPTS=-Xmx2g");
    assertTold(run("verify"), 78, "BOOKBELL_JAVA_OPTS.*belongs in the environment");
    Files.writeString(file, "\ufeffBOOKBELL_DRAIN_SECONDS=x");
    assertTold(run("verify"), 78, "BOOKBELL_DRAIN_SECONDS is “x”");
    Files.writeString(file, "BOOKBELL_PORT=\\u00zz");
    assertTold(run("verify"), 78, "cannot be read");
    Files.delete(file);
    Files.createSymbolicLink(file, file);
    assertTold(run("verify"), 78, "cannot be read");
  }

  @Test
  void aPostgresThatCannotBeUsedIsNamed() throws Exception {
    var storage =
        (StorageConfig.PostgresConfig) TestDatabase.POSTGRESQL.createWithoutSchema(folder);
    String server = storage.url().replaceFirst("jdbc:postgresql://([^/]+)/.*", "$1");
    expectUrl("postgres://ann:hush@127.0.0.1:1/db", "127.0.0.1:1/db: Connection refused");
    expectUrl("postgres://ann:hush@no.invalid/db", "there is no host no.invalid");
    expectUrl(
        "postgres://postgres:hush@" + server + "/missing", "\"missing\" does not exist: create it");
    expectUrl(
        "postgres://stranger:hush@" + server + "/postgres", "stranger.*BOOKBELL_DATABASE_USER");
    expectUrl("postgres://postgres:hush@" + server + "/db?sslmode=require", "SSL");
    String own = "postgres://postgres:hush@" + server + storage.url().replaceFirst(".*/", "/");
    sql(storage, "CREATE TABLE other (id int)");
    expectUrl(own, "tables of another program", "serve");
    sql(storage, "DROP TABLE other");
    OpenDatabase.forServing(storage).close();
    sql(storage, NEWER);
    expectUrl(own, "newer Bookbell");
    expectUrl(own, "newer Bookbell", "serve");
    sql(storage, "CREATE DATABASE narrow ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
    expectUrl("postgres://postgres:hush@" + server + "/narrow", "encoding SQL_ASCII", "serve");
  }

  private static final String NEWER =
      "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
          + " checksum, installed_by, execution_time, success) VALUES (999, '999', 'later', 'SQL',"
          + " 'V999__later.sql', 1, 'x', 1, true)";

  private void expectUrl(String url, String told) {
    expectUrl(url, told, "verify");
  }

  private void expectUrl(String url, String told, String command) {
    settings.put("BOOKBELL_DATABASE_URL", url);
    assertTold(run(command), 69, told);
  }

  @Test
  void aPasswordThatNobodyCouldReadIsToldElsewhere() throws IOException {
    database();
    var closed =
        new PrintWriter(
            new Writer() {
              @Override
              public void write(char[] text, int from, int count) throws IOException {
                throw new IOException("Broken pipe");
              }

              @Override
              public void flush() {}

              @Override
              public void close() {}
            });

    int code = Main.run(around(closed), "user", "add", "ben@books.example");

    assertTold(code, 1, "could not be printed on standard output; it is \\S{16}");
  }

  private void assertTold(int code, int expected, String told) {
    assertThat(err.toString()).hasLineCount(1).containsPattern(told).doesNotContain("hush");
    assertThat(code).isEqualTo(expected);
    assertThat(out.toString()).isEmpty();
    err.getBuffer().setLength(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "verify", "user set-operator ann@books.example"})
  void whatIsMissingInTheInstallationIsToldInOneLine(String command) {
    var environment =
        new AbstractMap<String, String>() {
          @Override
          public Set<Map.Entry<String, String>> entrySet() {
            throw new NoClassDefFoundError("io/bookbell/server/Missing");
          }
        };
    var around =
        new CommandEnvironment(
            environment,
            folder,
            new ByteArrayInputStream(new byte[0]),
            new PrintWriter(out),
            new PrintWriter(err));

    assertThat(Main.run(around, command.split(" ", -1))).isEqualTo(ExitCode.INTERNAL);
    assertThat(err.toString().strip()).startsWith("Bookbell is incomplete").hasLineCount(1);
  }

  private int run(String... arguments) {
    return Main.run(around(new PrintWriter(out)), arguments);
  }

  private CommandEnvironment around(PrintWriter printed) {
    var environment = new HashMap<>(Map.of("BOOKBELL_DATA", folder.resolve("data").toString()));
    environment.put("BOOKBELL_PORT", "0");
    environment.putAll(settings);
    return new CommandEnvironment(
        environment, folder, new ByteArrayInputStream(new byte[0]), printed, new PrintWriter(err));
  }

  /** The sizes of all files, except those that SQLite creates even when it only reads. */
  private Map<String, Long> files() throws IOException {
    try (var files = Files.walk(folder)) {
      var sizes = new TreeMap<String, Long>();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString();
        if (!name.matches(".*(-wal|-shm|\\.lock|\\.reserve)")) {
          sizes.put(name, Files.size(file));
        }
      }
      return sizes;
    }
  }

  private void database() throws IOException {
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.copy(whole.resolve("data/bookbell.db"), data.resolve("bookbell.db"));
  }

  private CommandFailuresTest good() throws IOException {
    Files.copy(whole.resolve("good.backup"), folder.resolve("good"));
    return this;
  }

  private void junk() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    write(
        "data/bookbell.db",
        "no database at all, but long enough to look\n".repeat(100).getBytes(UTF_8));
  }

  private void empty() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    write("data/bookbell.db", new byte[0]);
  }

  private void newer() throws Exception {
    database();
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data/bookbell.db"));
        var statement = connection.createStatement()) {
      statement.execute(NEWER);
    }
  }

  private static void sql(StorageConfig.PostgresConfig storage, String text) throws SQLException {
    try (var connection = DriverManager.getConnection(storage.url(), storage.user(), "");
        var statement = connection.createStatement()) {
      statement.execute(text);
    }
  }

  private void circle() throws IOException {
    Path circle = folder.resolve(LINKS_IN_A_CIRCLE);
    Files.createSymbolicLink(circle, circle);
  }

  private void write(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }

  /** The first bytes of the backup; a negative length omits that many bytes at the end. */
  private static byte[] part(int length) throws IOException {
    byte[] content = Files.readAllBytes(whole.resolve("good.backup"));
    return Arrays.copyOf(
        content, length < 0 ? content.length + length : Math.min(length, content.length - 1));
  }

  private static byte[] zip(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(bytes)) {
      zip.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private static Preparation heading(int version, String rest) {
    return test ->
        test.write(
            "f", zip("{\"format\":\"bookbell-backup\",\"version\":" + version + "}\n" + rest));
  }
}
