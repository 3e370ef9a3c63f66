package io.bookbell.server.resilience.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.support.TestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A command of Bookbell in a process of its own, which can be ended like any other. Thread-safe.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  private static final Pattern ADDRESS = Pattern.compile("is at (http://\\S+)");

  /** None outlives the tests, not even when these are broken off. */
  private static final Queue<Process> STARTED = new ConcurrentLinkedQueue<>();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> STARTED.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final Path output;

  private ServerProcess(Process process, Path output) {
    this.process = process;
    STARTED.add(process);
    this.output = output;
  }

  /**
   * Starts a command.
   *
   * @param folder the process's working directory, which also keeps what it prints
   * @param settings the environment variables whose names begin with {@code BOOKBELL_}
   * @param command such as {@code serve}
   */
  public static ServerProcess start(Path folder, Map<String, String> settings, String... command) {
    try {
      Path output = Files.createTempFile(folder, command[0] + "-", ".txt");
      var builder =
          new ProcessBuilder(Program.words(archive(settings), List.of(command)))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("BOOKBELL_"));
      builder.environment().putAll(settings);
      return new ServerProcess(builder.start(), output);
    } catch (IOException e) {
      throw new UncheckedIOException("Java did not start", e);
    }
  }

  /** Each database has its driver, and so its classes. */
  private static String archive(Map<String, String> settings) {
    return settings.containsKey("BOOKBELL_DATABASE_URL") ? "postgresql" : "sqlite";
  }

  /** What makes a process use a database, and take as many commands as come. */
  public static Map<String, String> settings(StorageConfig storageConfig, int port) {
    var settings = new TreeMap<>(Map.of("BOOKBELL_PORT", Integer.toString(port)));
    settings.put("BOOKBELL_RATE_LIMITS", "false");
    switch (storageConfig) {
      case StorageConfig.SqliteConfig(Path folder) ->
          settings.put("BOOKBELL_DATA", folder.toString());
      case StorageConfig.PostgresConfig(String url, String user, String password) -> {
        settings.put("BOOKBELL_DATABASE_URL", url);
        settings.put("BOOKBELL_DATABASE_USER", user);
        settings.put("BOOKBELL_DATABASE_PASSWORD", password);
      }
    }
    return settings;
  }

  /** Waits until it serves; where it is reached. */
  public String awaitReady() {
    Awaitility.await("a server that is ready")
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(10))
        .failFast(() -> assertThat(process.isAlive()).as(output()).isTrue())
        .until(() -> ADDRESS.matcher(output()).find());
    Matcher address = ADDRESS.matcher(output());
    if (!address.find()) {
      throw new IllegalStateException("No address in " + output());
    }
    TestClient.at(address.group(1)).get("/health/ready").expect(200);
    return address.group(1);
  }

  /** Everything that it has printed so far. */
  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** {@code kill -9}: no line of the process runs after it. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** {@code kill -TERM}: asks it to end, and waits for nothing. */
  public void terminate() {
    process.destroy();
  }

  /** Waits for the end; the exit code. */
  public int awaitEnd() {
    try {
      if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("The process did not end; it printed: " + output());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
    STARTED.remove(process);
  }
}
