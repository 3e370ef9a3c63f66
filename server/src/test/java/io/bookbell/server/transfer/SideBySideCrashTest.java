package io.bookbell.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.external.SiteTokens;
import io.bookbell.server.resilience.workload.ServerProcess;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.ReplacedSystem;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisServer;

/**
 * {@code kill -9} of Bookbell in the middle of commands, while the replaced system changes the same
 * counters, and restarts of that system and of Redis. {@code -Dseed} repeats a run's commands.
 */
class SideBySideCrashTest {
  private static final String SECRET = "the secret with which the replaced system signs its tokens";
  private static final SiteTokens TOKENS = new SiteTokens(SECRET);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int WAVE = 60;
  private static final int SMALL = 10;
  private static final List<Long> READERS = List.of(101L, 102L, 103L);

  @TempDir Path folder;

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final int port = FreePort.next();
  private final int redisPort = FreePort.next();
  private final ExecutorService threads = Executors.newFixedThreadPool(16);

  /** Titles of requests that were sent here without an answer. Guarded by itself. */
  private final Set<String> unanswered = new LinkedHashSet<>();

  /** Titles of requests that were made here, with their ids. Guarded by {@link #unanswered}. */
  private final Map<String, Long> madeHere = new LinkedHashMap<>();

  private LegacyTables tables;
  private PostgresConfig storage;
  private RedisServer redis;
  private volatile ReplacedSystem old;
  private ServerProcess bookbell;

  @BeforeEach
  void start() throws IOException {
    System.out.println("SideBySideCrashTest: -Dseed=" + seed);
    startRedis();
    tables = LegacyTables.create(TestDatabase.POSTGRESQL, folder);
    tables.creator(1);
    tables.user(10, "team@old.test", "team", "1", null);
    tables.supporter(101, 1, 1000, 0);
    tables.supporter(102, 1, 1000, 0);
    tables.supporter(103, 1, SMALL, 0); // soon used up
    tables.run("ALTER SEQUENCE users_id_seq RESTART WITH 1000");
    storage =
        new PostgresConfig(
            tables.address().replaceFirst("\\?.*", "?currentSchema=bookbell"), "postgres", "");
    try (OpenDatabase data = OpenDatabase.forMaintenance(storage);
        LegacyDatabase source = LegacyDatabase.open(tables.address(), "", true)) {
      LegacyImport.importData(
          data.database(),
          source,
          QueryMapping.ofDefault(true),
          new ImportReport(null),
          ImportProgress.NONE,
          false);
    }
    startOld();
    startBookbell();
  }

  @AfterEach
  void stop() throws IOException {
    threads.shutdownNow();
    bookbell.close();
    old.close();
    tables.close();
    redis.stop();
  }

  private void startRedis() throws IOException {
    redis = new RedisServer(redisPort);
    redis.start();
  }

  private URI redisAddress() {
    return URI.create("redis://127.0.0.1:" + redisPort);
  }

  private void startOld() {
    old = new ReplacedSystem(tables.address(), redisAddress());
  }

  private void startBookbell() {
    Map<String, String> settings = ServerProcess.settings(storage, port);
    settings.put("BOOKBELL_REDIS_URL", redisAddress().toString());
    settings.put("BOOKBELL_LEGACY_CHANNEL", ReplacedSystem.CHANNEL);
    settings.put("BOOKBELL_LEGACY_QUOTA", "true");
    settings.put("BOOKBELL_JWT_SECRET", SECRET);
    bookbell = ServerProcess.start(folder, settings, "serve");
    bookbell.awaitReady();
    awaitChannel();
  }

  private void awaitChannel() {
    await()
        .atMost(TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(TestClient.at(url()).get("/metrics").raw().body())
                    .contains("bookbell_legacy_connected 1"));
  }

  private String url() {
    return "http://127.0.0.1:" + port;
  }

  private TestClient here(long user) {
    return new TestClient(url(), Optional.of(TOKENS.of(user, 600)));
  }

  /** Sends a request with its title as the key; sent again, it is made once. */
  private CompletableFuture<TestClient.Reply> send(String name) {
    long user = Long.parseLong(name.replaceFirst(" .*", ""));
    return here(user)
        .postLater(
            "/api/book-requests",
            Map.of("creator_id", 1, "title", name, "author", "Somebody"),
            Map.of("Content-Type", "application/json", "Idempotency-Key", name));
  }

  /** Sends commands to both systems at once, and strikes while they run. */
  private void wave(int number, Runnable strike) throws InterruptedException {
    var answers = new CountDownLatch(1 + random.nextInt(WAVE / 2));
    var running = new ArrayList<CompletableFuture<?>>();
    for (int command = 0; command < WAVE; command++) {
      long user = READERS.get(random.nextInt(READERS.size()));
      String name = "%d %s %d.%d".formatted(user, "book", number, command);
      if (command % 2 == 0) {
        running.add(note(name).whenComplete((_, _) -> answers.countDown()));
      } else {
        boolean rejected = random.nextInt(3) == 0;
        running.add(
            CompletableFuture.runAsync(() -> makeThere(user, name + " there", rejected), threads)
                .exceptionally(_ -> null)); // it is being restarted
      }
    }
    assertThat(answers.await(60, TimeUnit.SECONDS)).isTrue();
    strike.run();
    CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
  }

  private void makeThere(long user, String title, boolean rejected) {
    old.create(user, title).filter(_ -> rejected).ifPresent(id -> old.respond(1, id, "REJECTED"));
  }

  /** Sends a request; it stays unanswered if the connection breaks. */
  private CompletableFuture<?> note(String name) {
    synchronized (unanswered) {
      unanswered.add(name);
    }
    return send(name)
        .handle(
            (reply, _) -> {
              synchronized (unanswered) {
                if (reply != null && reply.status() < 500) {
                  assertThat(reply.status()).as(reply.raw().body()).isIn(200, 201, 409);
                  unanswered.remove(name);
                  if (reply.status() != 409) {
                    madeHere.put(name, reply.body().get("id").asLong());
                  }
                }
              }
              return name;
            });
  }

  private void settle() {
    await()
        .atMost(TIMEOUT)
        .until(
            () -> {
              List<String> again;
              synchronized (unanswered) {
                again = List.copyOf(unanswered);
              }
              again.stream().map(this::note).toList().forEach(CompletableFuture::join);
              return unanswered.isEmpty();
            });
  }

  /** Gives some of the requests back, of which the answer may be lost. */
  private void withdrawSome() {
    for (Map.Entry<String, Long> made : List.copyOf(madeHere.entrySet())) {
      if (random.nextInt(3) == 0) {
        long user = Long.parseLong(made.getKey().replaceFirst(" .*", ""));
        here(user).post("/api/book-requests/" + made.getValue() + "/cancel", "{}");
      }
    }
  }

  private long count(String sql) {
    return Long.parseLong(tables.rows(sql).getFirst());
  }

  /** The old counter is what both systems' requests take, and each command was done once. */
  private void check() {
    for (long user : READERS) {
      long there =
          count("SELECT count(*) FROM book_requests WHERE NOT refunded AND user_id = " + user);
      long here =
          count(
              "SELECT count(*) FROM bookbell.book_request WHERE NOT refunded AND user_id = "
                  + user);
      assertThat(old.used(user)).as("seed %d, reader %d", seed, user).isEqualTo(there + here);
      JsonNode quota = here(user).get("/api/book-requests/quota?creator_id=1").body();
      assertThat(quota.get("remaining").asLong())
          .as("seed %d, reader %d", seed, user)
          .isEqualTo((user == 103 ? SMALL : 1000) - there - here);
    }
    assertThat(tables.rows("SELECT title FROM bookbell.book_request ORDER BY id"))
        .as("seed %d", seed)
        .containsExactlyInAnyOrderElementsOf(madeHere.keySet());
    assertThat(old.used(103)).isLessThanOrEqualTo(SMALL);
  }

  private static List<String> createdIn(Iterable<JsonNode> messages) {
    var titles = new ArrayList<String>();
    for (JsonNode message : messages) {
      if (message.path("type").asText().equals("book_request_update")
          && message.path("action").asText().equals("created")) {
        titles.add(message.at("/book_request/title").asText());
      }
    }
    return titles;
  }

  /** Everything that was made here is in the creator's sequence once. */
  private void checkSequence(String since) {
    var messages = new ArrayList<JsonNode>();
    String position = since;
    JsonNode page;
    do {
      page = here(1).get("/api/messages?limit=1000&since=" + position).expect(200).body();
      page.get("messages").forEach(messages::add);
      position = page.get("epoch").asText() + ":" + page.get("seq").asLong();
    } while (!page.get("messages").isEmpty());
    assertThat(createdIn(messages)).containsExactlyInAnyOrderElementsOf(madeHere.keySet());
  }

  /** Sockets of both systems see what either makes, once. */
  private void checkBothSee(String when) {
    try (TestSocket socketHere = here(1).connect(1).withoutCheck();
        TestSocket socketThere =
            TestSocket.at(old.url(), "user_id=1", Optional.empty()).withoutCheck()) {
      socketHere.await("initial_data");
      socketThere.await("initial_data");
      String ours = "101 ours " + when;
      String theirs = "101 theirs " + when;
      note(ours).join();
      assertThat(old.create(101, theirs)).isPresent();
      old.broadcast(Map.of("type", "the_end"), Set.of("1"));
      for (TestSocket socket : List.of(socketHere, socketThere)) {
        socket.await("the_end");
        await()
            .atMost(TIMEOUT)
            .untilAsserted(() -> assertThat(createdIn(socket.messages())).contains(ours, theirs));
        assertThat(createdIn(socket.messages())).containsExactlyInAnyOrder(ours, theirs);
      }
    }
  }

  @Test
  void nothingIsSpentTwiceOrLostAndEverybodySeesEverythingOnce() throws Exception {
    JsonNode start = here(1).get("/api/messages").expect(200).body();
    String since = start.get("epoch").asText() + ":" + start.get("seq").asLong();

    wave(1, bookbell::kill);
    startBookbell();
    settle();
    check();
    checkBothSee("after Bookbell was killed");

    wave(
        2,
        () -> {
          old.close();
          bookbell.kill();
        });
    startOld();
    startBookbell();
    settle();
    withdrawSome();
    check();
    checkBothSee("after both were restarted");

    wave(3, this::restartRedis);
    awaitChannel();
    old.close(); // its client would come back at a time of its own
    startOld();
    settle();
    check();
    checkBothSee("after Redis was restarted");

    checkSequence(since);
    assertThat(madeHere).as("seed %d", seed).hasSizeGreaterThan(WAVE / 2);
    bookbell.kill();
    try (var verify = ServerProcess.start(folder, ServerProcess.settings(storage, 0), "verify")) {
      assertThat(verify.awaitEnd()).as(verify.output()).isZero();
    }
  }

  private void restartRedis() {
    try {
      redis.stop();
      startRedis();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
