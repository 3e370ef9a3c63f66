package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.verify.InvariantVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that fills and empties under load: what was acknowledged is stored and nothing else, reads
 * continue, and writes continue once there is room. Where mounting a disk isn't allowed, {@link
 * io.bookbell.server.storage.StorageTroubleTest} and the tests of the writers cover the same
 * errors.
 */
class DiskFullTest {
  private static final int ROUNDS = Integer.getInteger("disk.rounds", 20);
  private static final int WRITERS = 3;
  private static final int ROWS_A_ROUND = 50;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<Throwable> unexpected = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger count = new AtomicInteger();

  /** How many more rows the load may store, so that it doesn't fill the disk by itself. */
  private final Semaphore room = new Semaphore(0);

  private volatile boolean over;

  @Test
  void sqliteRecoversFromAFullDisk() {
    assumeTrue(SmallDisk.isAllowed(folder), "may not mount a file system");
    try (var disk = SmallDisk.mount(made("disk"), 64)) {
      var storage = new StorageConfig.SqliteConfig(folder.resolve("disk/data"));
      TestServer.demo(TestServer.config(storage)).close();
      goesOn(disk, storage, true);
    }
  }

  @Test
  void sqliteStartsOnAFullDiskAndSignsPeopleIn() {
    assumeTrue(SmallDisk.isAllowed(folder), "may not mount a file system");
    try (var disk = SmallDisk.mount(made("disk"), 64)) {
      var storage = new StorageConfig.SqliteConfig(folder.resolve("disk/data"));
      TestServer.demo(TestServer.config(storage)).close();
      disk.fill();
      try (var server = TestServer.with(TestServer.config(storage))) {
        signsInAndConnects(server);
        assertThat(notice(signIn(server, "creator"), "full").expect(503).code())
            .isEqualTo("storage_full");
        disk.empty();
        isWell(server, signIn(server, "creator"), 0);
      }
    }
  }

  /**
   * The write-ahead log is on another disk, because PostgreSQL stops when the log's disk is full.
   */
  @Test
  void postgresqlRecoversFromAFullDisk() throws SQLException {
    assumeTrue(SmallDisk.isAllowed(folder), "may not mount a file system");
    var storage = (StorageConfig.PostgresConfig) TestDatabase.POSTGRESQL.create(folder);
    TestServer.demo(TestServer.config(storage)).close();
    try (var disk = SmallDisk.mount(made("disk"), 96)) {
      String name = storage.url().replaceFirst(".*/", "");
      String elsewhere = storage.url().replaceFirst("[^/]*$", "postgres");
      execute(
          elsewhere,
          "CREATE TABLESPACE small_%s LOCATION '%s'".formatted(name, made("disk/space")),
          "ALTER DATABASE %s SET TABLESPACE small_%s".formatted(name, name));
      try {
        goesOn(disk, storage, false);
      } finally {
        execute(
            elsewhere, "DROP DATABASE " + name + " WITH (FORCE)", "DROP TABLESPACE small_" + name);
      }
    }
  }

  private void goesOn(SmallDisk disk, StorageConfig storageConfig, boolean signsIn) {
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try (var server = TestServer.with(TestServer.config(storageConfig))) {
      TestClient creator = signIn(server, "creator");
      for (int writer = 0; writer < WRITERS; writer++) {
        writers.execute(() -> write(server));
      }
      for (int round = 0; round < ROUNDS; round++) {
        disk.fill();
        room.release(ROWS_A_ROUND);
        isFull(server, creator, round);
        if (signsIn && round % 5 == 0) {
          signsInAndConnects(server);
        }
        disk.empty();
        isWell(server, creator, round);
      }
      stop(writers);
      assertThat(unexpected).isEmpty();
      assertThat(stored(server)).isEqualTo(acknowledged);
      assertThat(acknowledged).isNotEmpty();
      assertThat(InvariantVerifier.verifyInvariants(server.database()).join().breaches()).isEmpty();
    } finally {
      stop(writers);
    }
  }

  private void stop(ExecutorService writers) {
    over = true;
    room.release(WRITERS);
    writers.close();
  }

  /** A look at the database that takes too long, on a busy machine, says "down". */
  private static String databaseState(TestServer server) {
    return server.client().get("/health/ready").body().at("/checks/database").asText();
  }

  private void isFull(TestServer server, TestClient creator, int round) {
    int before = refused.get();
    Awaitility.await("a command that finds no room, though logs were emptied to make some")
        .atMost(TIMEOUT)
        .until(() -> refused.get() > before && databaseState(server).equals("full"));
    creator.get("/api/me").expect(200);
    creator.get("/api/book-requests").expect(200);
    server.client().get("/health/ready").expect(503);
    assertThat(server.client().get("/metrics").raw().body())
        .contains("bookbell_database_writable 0");
    if (server.database().isShared()) {
      return; // small commands still succeed if a page has room left
    }
    var reply = notice(creator, "full " + round).expect(503);
    assertThat(reply.code()).isEqualTo("storage_full");
    assertThat(reply.raw().headers().firstValue("Retry-After")).isPresent();
  }

  /** With the password, as people do: only their sessions are still stored on a full disk. */
  private static TestClient signIn(TestServer server, String name) {
    return server.client().signIn(name + "@demo.test", TestServer.PASSWORD);
  }

  private static void signsInAndConnects(TestServer server) {
    TestClient reader = signIn(server, "reader1");
    try (var socket = reader.connect(101)) {
      socket.await("initial_data");
    }
    reader.delete("/api/sessions").expect(204);
    reader.send("POST", "/api/auth/logout", null, Map.of()).expect(204);
  }

  private static void isWell(TestServer server, TestClient creator, int round) {
    Awaitility.await("room")
        .atMost(TIMEOUT)
        .until(() -> server.client().get("/health/ready").status() == 200);
    notice(creator, "well " + round).expect(200);
  }

  private static TestClient.Reply notice(TestClient creator, String text) {
    return creator.patch("/api/creators/1", Map.of("notice", text));
  }

  private void write(TestServer server) {
    while (!over) {
      room.acquireUninterruptibly();
      String name = "load-" + count.incrementAndGet();
      try {
        server
            .database()
            .write(
                tx ->
                    tx.update(
                        """
                        INSERT INTO canned_response (creator_id, name, body, created_at)
                        VALUES (1, ?, ?, 0)""",
                        name,
                        text()))
            .join();
        acknowledged.add(name);
      } catch (CompletionException e) {
        room.release();
        refused.incrementAndGet();
        if (!(e.getCause() instanceof StorageException)) {
          unexpected.add(e.getCause());
        }
      }
    }
  }

  /** A text that compression can't shorten. */
  private static String text() {
    return ThreadLocalRandom.current()
        .ints(4_000, '0', 'z')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static Set<String> stored(TestServer server) {
    return server
        .database()
        .read(
            tx ->
                tx.query("SELECT name FROM canned_response WHERE name LIKE 'load-%'")
                    .set(row -> row.getString("name")))
        .join();
  }

  private Path made(String name) {
    try {
      return Files.createDirectories(folder.resolve(name));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void execute(String url, String... statements) throws SQLException {
    try (var connection = DriverManager.getConnection(url, "postgres", "");
        var statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }
}
