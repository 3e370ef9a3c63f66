package io.bookbell.server.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ExternalSignInConfig;
import io.bookbell.server.config.LegacyConfig;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfig.StorageConfig.PostgresConfig;
import io.bookbell.server.config.SiteTokenConfig;
import io.bookbell.server.config.SiteTokenConfig.TokenKey;
import io.bookbell.server.external.SiteTokens;
import io.bookbell.server.quota.Quota;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.setup.OpenDatabase;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.ReplacedSystem;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import io.bookbell.server.verify.InvariantVerifier;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisServer;

/**
 * Bookbell and the replaced system serve the same people at once: on one Redis and in one
 * PostgreSQL database, each with tables of its own and with one counter of used requests.
 */
class SideBySideTest {
  private static final String SECRET = "the secret with which the replaced system signs its tokens";
  private static final SiteTokens TOKENS = new SiteTokens(SECRET);
  private static final UserId CREATOR = new UserId(1);
  private static final int READER = 101;

  @TempDir Path folder;

  private RedisServer redis;
  private URI redisAddress;
  private LegacyTables tables;
  private ServerConfig config;
  private ReplacedSystem old;
  private TestServer bookbell;

  @BeforeEach
  void start() throws IOException {
    int port = FreePort.next();
    redis = new RedisServer(port);
    redis.start();
    redisAddress = URI.create("redis://127.0.0.1:" + port);
    tables = LegacyTables.create(TestDatabase.POSTGRESQL, folder);
    tables.creator(1);
    tables.user(10, "team@old.test", "team", "1", null);
    tables.supporter(READER, 1, 4, 1);
    tables.supporter(102, 1, 4, 0);
    tables.run("ALTER SEQUENCE users_id_seq RESTART WITH 1000");
    tables.run("INSERT INTO book_requests (creator_id, user_id, title) VALUES (1, 101, 'Kindred')");
    config =
        TestServer.config(
                new PostgresConfig(
                    tables.address().replaceFirst("\\?.*", "?currentSchema=bookbell"),
                    "postgres",
                    ""))
            .withRedis(
                new ServerConfig.RedisConfig(
                    redisAddress,
                    Optional.of(ReplacedSystem.CHANNEL),
                    ServerConfig.RedisConfig.PREFIX))
            .withExternal(
                new ExternalSignInConfig(
                    Optional.of(
                        new SiteTokenConfig(
                            new TokenKey.SharedSecret(SECRET),
                            Optional.empty(),
                            Optional.empty(),
                            "sub",
                            Optional.of("access_token"))),
                    Optional.empty()))
            .withLegacy(new LegacyConfig(true, Optional.empty()));
    startOld();
    try (OpenDatabase database = OpenDatabase.forMaintenance(config.storage())) {
      importInto(database.database()); // connections end with the epoch that an import ends
    }
    bookbell = TestServer.with(config);
    awaitChannel();
  }

  @AfterEach
  void stop() throws IOException {
    bookbell.close();
    old.close();
    tables.close();
    redis.stop();
  }

  private void startOld() {
    old = new ReplacedSystem(tables.address(), redisAddress);
  }

  private void awaitChannel() {
    await()
        .untilAsserted(
            () ->
                assertThat(bookbell.client().get("/metrics").raw().body())
                    .contains("bookbell_legacy_connected 1"));
  }

  private void importAll() {
    importInto(bookbell.database());
  }

  private void importInto(Database database) {
    try (LegacyDatabase source = LegacyDatabase.open(tables.address(), "", true)) {
      LegacyImport.importData(
          database,
          source,
          QueryMapping.ofDefault(true),
          new ImportReport(null),
          ImportProgress.NONE,
          false);
    }
  }

  private TestClient here(long user) {
    return new TestClient(bookbell.url(), Optional.of(TOKENS.of(user, 600)));
  }

  private TestSocket connectHere(long user) {
    TestSocket socket = here(user).connect(user);
    socket.await("initial_data");
    return socket;
  }

  private TestSocket connectThere(long user) {
    TestSocket socket =
        TestSocket.at(old.url(), "user_id=" + user, Optional.empty()).withoutCheck();
    socket.await("initial_data");
    return socket;
  }

  private Optional<Long> createHere(long user, String title) {
    var reply =
        here(user)
            .post(
                "/api/book-requests",
                Map.of("creator_id", 1, "title", title, "author", "Somebody"));
    assertThat(reply.status()).isIn(201, 409);
    return Optional.of(reply.body().path("id").asLong()).filter(id -> id > 0);
  }

  private Quota quotaHere(long user) {
    var services = new Services(Services.ClientNotifier.noOp());
    return bookbell
        .database()
        .read(tx -> services.quotas.findQuota(tx, CREATOR, new UserId(user)).orElseThrow())
        .join();
  }

  private static List<JsonNode> updatesOf(TestSocket socket, String title) {
    return socket.messages().stream()
        .filter(message -> message.path("type").asText().equals("book_request_update"))
        .filter(message -> message.at("/book_request/title").asText().equals(title))
        .toList();
  }

  @Test
  void everybodySeesEverythingOnceWhereverTheyAreConnected() {
    try (var supporterHere = connectHere(READER);
        var supporterThere = connectThere(READER);
        var teamHere = connectHere(10);
        var creatorThere = connectThere(1)) {
      long there = old.create(READER, "Made there").orElseThrow();
      long here = createHere(READER, "Made here").orElseThrow();
      assertThat(here).isGreaterThan(1_000_000);
      for (TestSocket socket : List.of(supporterHere, supporterThere, teamHere, creatorThere)) {
        await().untilAsserted(() -> assertThat(updatesOf(socket, "Made there")).hasSize(1));
        await().untilAsserted(() -> assertThat(updatesOf(socket, "Made here")).hasSize(1));
      }
      JsonNode translated = updatesOf(teamHere, "Made there").getFirst().get("book_request");
      assertThat(translated.get("id").asLong()).isEqualTo(there);
      assertThat(translated.get("creator_id").asLong()).isEqualTo(1);
      assertThat(translated.get("status").asText()).isEqualTo("pending");
      assertThat(translated.get("user_name").asText()).isEqualTo("Name 101");
      assertThat(translated.get("replies").isArray()).isTrue();
      assertThat(translated.get("created_at").asText()).endsWith("Z");
      assertThat(
              teamHere.messages().stream()
                  .filter(message -> message.path("type").asText().equals("pending_count_update"))
                  .filter(message -> !message.has("seq"))
                  .map(message -> message.get("creator_id").asLong()))
          .containsExactly(1L);
      JsonNode quota =
          supporterHere
              .await(
                  "the quota of the replaced system",
                  message ->
                      message.path("type").asText().equals("quota_update") && !message.has("seq"))
              .get("quota");
      assertThat(quota.get("creator_id").asLong()).isEqualTo(1);
      assertThat(quota.get("used").asInt()).isEqualTo(2);

      assertThat(old.respond(1, there, "APPROVED")).isTrue();
      here(10)
          .post("/api/book-requests/" + here + "/respond", Map.of("status", "rejected"))
          .expect(200);
      for (TestSocket socket : List.of(supporterHere, supporterThere, teamHere, creatorThere)) {
        await().untilAsserted(() -> assertThat(updatesOf(socket, "Made there")).hasSize(2));
        await().untilAsserted(() -> assertThat(updatesOf(socket, "Made here")).hasSize(2));
      }
    }
  }

  @Test
  void anIdOfOneSystemIsNeverTakenForTheOthers() {
    long own = createHere(READER, "Made here").orElseThrow();
    try (var socket = connectHere(READER).withoutCheck()) {
      var request =
          Map.of("id", Long.toString(own), "user_id", "101", "title", "Another", "creator_id", 1);
      old.broadcast(
          Map.of("type", "initial_data", "seq", 7, "book_requests", List.of()), Set.of("101"));
      old.broadcast(Map.of("type", "close", "code", 4401, "reason", "not ours"), Set.of("101"));
      old.broadcast(
          Map.of(
              "type",
              "book_request_update",
              "action",
              "created",
              "seq",
              9,
              "book_request",
              request),
          Set.of("101"));
      await().untilAsserted(() -> assertThat(updatesOf(socket, "Another")).hasSize(1));
      JsonNode update = updatesOf(socket, "Another").getFirst();
      assertThat(update.at("/book_request/id").asLong()).isEqualTo(-own);
      assertThat(update.has("seq")).isFalse();
      assertThat(
              socket.messages().stream()
                  .map(message -> message.path("type").asText())
                  .filter(type -> Set.of("initial_data", "close").contains(type)))
          .containsExactly("initial_data");
    }
  }

  @Test
  void whoWasRemovedFromTheTeamHereHearsNothingOfTheOthersRequests() {
    var services = new Services(Services.ClientNotifier.noOp());
    try (var former = connectHere(10).withoutCheck();
        var creator = connectHere(1).withoutCheck()) {
      bookbell
          .database()
          .write(tx -> services.team.setActive(tx, CREATOR, CREATOR, new UserId(10), false))
          .join();
      assertThat(old.create(READER, "Made there")).isPresent();
      await().untilAsserted(() -> assertThat(updatesOf(creator, "Made there")).hasSize(1));
      old.broadcast(Map.of("type", "the_end"), Set.of("10"));
      former.await("the_end");

      assertThat(updatesOf(former, "Made there")).isEmpty();
    }
  }

  @Test
  void noRequestIsSpentTwiceThroughRestartsOfEither() throws Exception {
    long made = 0;
    try (var threads = Executors.newFixedThreadPool(6)) {
      var attempts =
          IntStream.range(0, 12)
              .mapToObj(
                  number ->
                      CompletableFuture.supplyAsync(
                          () ->
                              number % 2 == 0
                                  ? createHere(READER, "Here " + number)
                                  : old.create(READER, "There " + number),
                          threads))
              .toList();
      for (var attempt : attempts) {
        made += attempt.get().isPresent() ? 1 : 0;
      }
    }
    assertThat(made).isEqualTo(3);
    assertThat(old.used(READER)).isEqualTo(4);
    var refused =
        here(READER)
            .post("/api/book-requests", Map.of("creator_id", 1, "title", "More", "author", "Me"))
            .expect(409);
    assertThat(refused.code()).isEqualTo("quota_exhausted");

    bookbell.close();
    assertThat(old.create(102, "While Bookbell is away")).isPresent();
    bookbell = TestServer.with(config);
    old.close();
    long here = createHere(102, "While the other is away").orElseThrow();
    startOld();
    awaitChannel();
    assertThat(old.used(102)).isEqualTo(2);
    JsonNode quota = here(102).get("/api/book-requests/quota?creator_id=1").expect(200).body();
    assertThat(quota.get("remaining").asInt()).isEqualTo(2);
    assertThat(quota.at("/entries/0/counter").asText()).isEqualTo("legacy");
    here(102).post("/api/book-requests/" + here + "/cancel", "{}").expect(200);
    assertThat(old.used(102)).isEqualTo(1);

    importAll();
    importAll();
    assertThat(quotaHere(READER).used()).isEqualTo(4);
    assertThat(quotaHere(102).used()).isEqualTo(1);
    assertThat(old.used(READER)).isEqualTo(4);
    assertThat(old.used(102)).isEqualTo(1);
    assertThat(InvariantVerifier.verifyInvariants(bookbell.database()).join().breaches()).isEmpty();
  }

  @Test
  void aSupporterWhoIsOnlyHereIsCountedHereAlone() {
    tables.run("UPDATE users SET created_by = NULL WHERE id = 102");
    assertThat(createHere(102, "Made here")).isPresent();
    JsonNode quota = here(102).get("/api/book-requests/quota?creator_id=1").expect(200).body();
    assertThat(quota.at("/entries/0/counter").asText()).isEqualTo("own");
    assertThat(quota.get("remaining").asInt()).isEqualTo(3);
  }

  /** A program that writes JSON may write whole numbers like this. */
  @Test
  void numbersWithAFractionOfZeroCountAsAnImportReadsThem() {
    tables.run(
        "UPDATE users SET patreon_tier_data = jsonb_set(jsonb_set(patreon_tier_data,"
            + " '{book_requests_used}', '3.0'), '{book_requests_allowed}', '\" 4.0 \"')"
            + " WHERE id = "
            + READER);
    importAll();
    assertThat(quotaHere(READER).used()).isEqualTo(3);
    assertThat(remainingHere(READER)).isEqualTo(1);

    Optional<Long> request = createHere(READER, "Made here");
    assertThat(request).isPresent();
    assertThat(usedThere(READER)).isEqualTo(4);
    assertThat(createHere(READER, "One too many")).isEmpty();

    tables.run(
        "UPDATE users SET patreon_tier_data = jsonb_set(patreon_tier_data,"
            + " '{book_requests_used}', '4.0') WHERE id = "
            + READER);
    here(READER).post("/api/book-requests/" + request.get() + "/cancel", Map.of()).expect(200);
    assertThat(usedThere(READER)).isEqualTo(3);
  }

  private int usedThere(long user) {
    String used =
        tables
            .rows("SELECT patreon_tier_data ->> 'book_requests_used' FROM users WHERE id = " + user)
            .getFirst();
    return Integer.parseInt(used);
  }

  private int remainingHere(long user) {
    JsonNode quota = here(user).get("/api/book-requests/quota?creator_id=1").expect(200).body();
    return quota.get("remaining").asInt();
  }
}
