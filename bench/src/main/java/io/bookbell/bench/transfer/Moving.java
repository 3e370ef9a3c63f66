package io.bookbell.bench.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.bench.process.Processes;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the commands of a move, from a PostgreSQL with the replaced system's tables, of which
 * some rows are dirty.
 */
@Command(
    name = "import",
    description = "Measures the time and peak memory of moving a large database to Bookbell.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class Moving implements Callable<Integer> {
  private static final String USER = "postgres";

  @Option(names = "--home", required = true, hidden = true)
  private Path home;

  @Option(names = "--requests", description = "How many book requests there are.")
  private int requests = 1_000_000;

  @Option(names = "--sqlite", description = "Imports into SQLite in place of PostgreSQL.")
  private boolean sqlite;

  private final List<String> rows = new ArrayList<>();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Moving()).execute(arguments));
  }

  /**
   * What a command took.
   *
   * @param exit its exit code
   */
  private record Taken(int exit, double seconds, long peakKib) {}

  @Override
  public Integer call() throws Exception {
    Path work = Files.createTempDirectory("bookbell-import");
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.builder().setDataDirectory(work.resolve("postgres")).start()) {
      String legacy = createDatabase(postgres, "legacy");
      System.err.printf("Filling the old tables with %,d requests ...%n", requests);
      fill(legacy);
      Map<String, String> settings = settings(postgres, work);
      String from = legacy + "?user=" + USER;
      run("import --dry-run", settings, work, "import", "--from", from, "--dry-run");
      run("import", settings, work, "import", "--from", from);
      run("verify", settings, work, "verify");
      run("import again", settings, work, "import", "--from", from);
      run("export", settings, work, "export", "--to", from);
    } finally {
      delete(work);
    }
    System.out.printf(Locale.ROOT, "%n%,d requests:%n%n", requests);
    System.out.println("| command | seconds | peak resident memory, MiB |");
    System.out.println("|---|---:|---:|");
    rows.forEach(System.out::println);
    return 0;
  }

  private static String createDatabase(EmbeddedPostgres postgres, String name) throws SQLException {
    String url = postgres.getJdbcUrl(USER, USER).replaceFirst("\\?.*", "");
    try (Connection connection = DriverManager.getConnection(url, USER, "");
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return url.replaceFirst("/[^/]*$", "/" + name);
  }

  private void fill(String url) throws SQLException, IOException {
    String resource = "/transfer/legacy.sql";
    try (InputStream in = Objects.requireNonNull(Moving.class.getResourceAsStream(resource));
        Connection connection = DriverManager.getConnection(url, USER, "");
        var statement = connection.createStatement()) {
      String sql = new String(in.readAllBytes(), UTF_8);
      statement.execute(sql.replace("$REQUESTS", Integer.toString(requests)));
      statement.execute("VACUUM ANALYZE");
    }
  }

  private Map<String, String> settings(EmbeddedPostgres postgres, Path work) throws SQLException {
    return sqlite
        ? Map.of("BOOKBELL_DATA", work.resolve("data").toString())
        : Map.of(
            "BOOKBELL_DATABASE_URL",
            createDatabase(postgres, "bookbell"),
            "BOOKBELL_DATABASE_USER",
            USER);
  }

  private void run(String name, Map<String, String> settings, Path work, String... words)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of(home.resolve("bookbell").toString()));
    command.addAll(List.of(words));
    Taken taken = measure(command, settings, work.resolve("output"));
    String output = Files.readString(work.resolve("output"));
    System.err.printf("%n%s (exit code %d):%n%s", name, taken.exit, output);
    if (taken.exit != 0) {
      throw new IllegalStateException(name + " failed");
    }
    rows.add("| `%s` | %.0f | %d |".formatted(name, taken.seconds, taken.peakKib / 1024));
  }

  private static Taken measure(List<String> command, Map<String, String> settings, Path output)
      throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("BOOKBELL_"));
    builder.environment().putAll(new TreeMap<>(settings));
    long begun = System.nanoTime();
    Process process = builder.start();
    long peak = 0;
    while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
      peak = Math.max(peak, Processes.peakResidentKib(process.toHandle()));
    }
    return new Taken(process.exitValue(), (System.nanoTime() - begun) / 1e9, peak);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((one, other) -> other.compareTo(one)).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
