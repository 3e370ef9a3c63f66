package io.bookbell.bench.commits;

import io.bookbell.bench.commits.People.Circle;
import io.bookbell.bench.process.Launched;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Measures how many requests a second are stored by a server on SQLite and one on PostgreSQL, next
 * to the number of fsyncs a second that the disk can do sequentially in the same minute.
 */
public final class Commits {
  private static final int MANY = 64;
  private static final int PER_SECOND = 200;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final PrintStream out = System.out;
  private final Path launcher;
  private final Path folder;
  private final Duration time;

  private Commits(Path launcher, Path folder, Duration time) {
    this.launcher = launcher;
    this.folder = folder;
    this.time = time;
  }

  /**
   * Prints a table.
   *
   * @param arguments the launcher, a folder on the disk to measure, and the seconds to measure for
   *     each line
   */
  public static void main(String[] arguments) throws Exception {
    var seconds = Duration.ofSeconds(arguments.length > 2 ? Long.parseLong(arguments[2]) : 10);
    Path folder = Files.createTempDirectory(Path.of(arguments[1]), "commits");
    new Commits(Path.of(arguments[0]), folder, seconds).run();
    System.exit(0); // also ends the embedded PostgreSQL
  }

  private void run() throws IOException, InterruptedException {
    out.println(
        "| database | creators | in flight | commands/s | × one by one | fsyncs/s one by one |");
    out.println("|---|---:|---:|---:|---:|---:|");
    measure("SQLite", new StorageConfig.SqliteConfig(folder.resolve("sqlite")));
    var postgres =
        EmbeddedPostgres.builder()
            .setDataDirectory(folder.resolve("postgres"))
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on");
    try (EmbeddedPostgres started = postgres.start()) {
      String url = started.getJdbcUrl("postgres", "postgres").replaceFirst("\\?.*", "");
      measure("PostgreSQL", new StorageConfig.PostgresConfig(url, "postgres", ""));
    }
  }

  private void measure(String name, StorageConfig storageConfig)
      throws IOException, InterruptedException {
    List<Circle> circles = People.lay(storageConfig);
    try (var server = Launched.serve(launcher, settings(storageConfig), folder)) {
      var asking = new Asking(http, "127.0.0.1:" + server.port());
      asking.closedLoop(circles, MANY, time); // warms up the JIT compiler
      double oneByOne = row(name, asking, circles.subList(0, 1), 1, OptionalDouble.empty());
      row(name, asking, circles.subList(0, 1), MANY, OptionalDouble.of(oneByOne));
      row(name, asking, circles, MANY, OptionalDouble.of(oneByOne));
      double[] delays = asking.openLoop(circles.getFirst(), PER_SECOND, time);
      out.printf(
          "| %s | 1 | %d/s, to the last admin's socket | p50 %.1f ms, p95 %.1f ms, p99 %.1f ms | | |%n",
          name, PER_SECOND, delays[0], delays[1], delays[2]);
    }
  }

  private Map<String, String> settings(StorageConfig storageConfig) {
    return switch (storageConfig) {
      case StorageConfig.SqliteConfig(Path data) -> Map.of("BOOKBELL_DATA", data.toString());
      case StorageConfig.PostgresConfig(String url, String user, String password) ->
          Map.of(
              "BOOKBELL_DATA", folder.toString(),
              "BOOKBELL_DATABASE_URL", url,
              "BOOKBELL_DATABASE_USER", user,
              "BOOKBELL_DATABASE_PASSWORD", password);
    };
  }

  /** Prints a line and returns the commands per second. */
  private double row(
      String name, Asking asking, List<Circle> circles, int underWay, OptionalDouble oneByOne)
      throws IOException, InterruptedException {
    double floor = Disk.syncsPerSecond(folder, Duration.ofSeconds(2));
    double commands = asking.closedLoop(circles, underWay, time);
    out.printf(
        "| %s | %d | %d | %.0f | %.1f | %.0f |%n",
        name, circles.size(), underWay, commands, commands / oneByOne.orElse(commands), floor);
    return commands;
  }
}
