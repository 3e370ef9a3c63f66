package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.resilience.workload.ServerProcess;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.TestClient;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/**
 * A server process on its own port, with its own {@link Wire} to PostgreSQL and to Redis. Confined
 * to one thread, except {@link #url}.
 */
final class Node implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  private final Path folder;
  private final int port = FreePort.next();
  private final Wire toDatabase;
  private final Wire toRedis;
  private final Map<String, String> settings;
  private ServerProcess process;

  Node(Path folder, StorageConfig.PostgresConfig database, int redis) {
    this.folder = folder;
    this.toDatabase = new Wire(port(database));
    this.toRedis = new Wire(redis);
    this.settings = new TreeMap<>(ServerProcess.settings(through(toDatabase, database), port));
    settings.put("BOOKBELL_REDIS_URL", "redis://127.0.0.1:" + toRedis.port());
    settings.put("BOOKBELL_MAX_CONNECTIONS_PER_USER", "1000");
    settings.put("BOOKBELL_DRAIN_SECONDS", "1");
  }

  static int port(StorageConfig.PostgresConfig database) {
    return Integer.parseInt(database.url().replaceFirst(".*:(\\d+)/.*", "$1"));
  }

  /** The same database, reached through a wire. */
  static StorageConfig.PostgresConfig through(Wire wire, StorageConfig.PostgresConfig database) {
    String url = database.url().replace(":" + port(database) + "/", ":" + wire.port() + "/");
    return new StorageConfig.PostgresConfig(url, database.user(), database.password());
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  Wire toDatabase() {
    return toDatabase;
  }

  Wire toRedis() {
    return toRedis;
  }

  void start() {
    process = ServerProcess.start(folder, settings, "serve");
  }

  /** Waits until the node serves and reaches its database. */
  void awaitReady() {
    Awaitility.await("the node at " + url())
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(50))
        .ignoreException(UncheckedIOException.class)
        .failFast(() -> assertThat(process.isAlive()).as(output()).isTrue())
        .until(() -> TestClient.at(url()).get("/health/ready").status() == 200);
  }

  void kill() {
    process.kill();
  }

  void pause() {
    Signals.pause(process.pid());
  }

  void goOn() {
    Signals.goOn(process.pid());
  }

  /** The output of the process. */
  String output() {
    return process.output();
  }

  /** Sends SIGTERM, waits for the process to end, and returns its exit code. */
  int terminate() {
    process.terminate();
    return process.awaitEnd();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
    toDatabase.close();
    toRedis.close();
  }
}
