package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions and keys that were looked up a moment ago. */
class CallerCacheApiTest {
  private static final String TIERS = "/api/tiers?creator_id=";

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void callsThatFollowEachOtherCauseOneLookup(TestDatabase kind) throws IOException {
    Files.createDirectories(folder.resolve("data"));
    var lookups = new AtomicInteger();
    try (var server =
        TestServer.watched(
            kind.create(folder),
            together ->
                together.stream()
                    .filter(each -> each.sql().matches("(?s).*FROM (session s|api_key k).*"))
                    .forEach(_ -> lookups.incrementAndGet()))) {
      Cast cast = server.cast();
      TestClient program = server.withKey(cast.creator().id(), KeyScope.READ);
      program.get("/api/creators/" + cast.creator().id()).expect(200);
      await()
          .untilAsserted( // once its first use is stored
              () -> {
                lookups.set(0);
                program.get(TIERS + cast.creator().id()).expect(200);
                program.get(TIERS + cast.creator().id()).expect(200);
                assertThat(lookups).hasValue(0);
              });
      program.post("/api/tiers", Map.of()).expect(403);

      cast.supporter().client().get("/api/me").expect(200);
      lookups.set(0);
      cast.supporter().client().get("/api/me").expect(200);
      assertThat(lookups).hasValue(0);
    }
  }

  @Test
  void aLookupTakesOneRoundTrip() {
    var trips = new CopyOnWriteArrayList<List<String>>();
    try (var server =
        TestServer.watched(
            TestDatabase.POSTGRESQL.create(folder),
            together -> {
              List<String> texts = together.stream().map(ExecutedStatement::sql).toList();
              if (texts.stream().anyMatch(sql -> sql.contains("FROM session s"))) {
                trips.add(texts);
              }
            })) {
      Cast cast = server.cast();
      trips.clear();
      cast.supporter().client().get("/api/me").expect(200);
      assertThat(trips).hasSize(1);
      assertThat(trips.getFirst()).hasSize(2); // with the time, without BEGIN and COMMIT
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatEndsIsRefusedAtOnceOnTheSameNode(TestDatabase kind) {
    TestServer server = TestServer.shared(kind);
    Cast cast = server.cast();
    TestClient client = cast.supporter().client();
    client.get("/api/me").expect(200);
    client.get("/api/me").expect(200);
    client.post("/api/auth/logout", "").expect(204);
    client.get("/api/me").expect(401);

    TestClient owner = cast.creator().client();
    var created =
        owner.post("/api/keys", Map.of("name", "Program", "scopes", new String[] {"read"}));
    var program = new TestClient(server.url(), Optional.of(created.body().get("key").asText()));
    await()
        .untilAsserted(
            () -> program.get(TIERS + cast.creator().id()).expect(200)); // remembered by now
    program.get(TIERS + cast.creator().id()).expect(200);
    owner.delete("/api/keys/" + created.body().get("id").asLong()).expect(204);
    program.get(TIERS + cast.creator().id()).expect(401);
  }

  @Test
  void whatEndsOnOneNodeIsRefusedByTheOthersWithinTwoSeconds() {
    var storage = TestDatabase.POSTGRESQL.create(folder);
    try (var here = TestServer.with(TestServer.config(storage));
        var there = TestServer.with(TestServer.config(storage))) {
      TestClient client = here.cast().supporter().client();
      var elsewhere = new TestClient(there.url(), client.token());
      elsewhere.get("/api/me").expect(200);
      elsewhere.get("/api/me").expect(200);
      client.post("/api/auth/logout", "").expect(204);
      await()
          .atMost(Duration.ofSeconds(2))
          .pollInterval(Duration.ofMillis(20))
          .untilAsserted(() -> elsewhere.get("/api/me").expect(401));
    }
  }
}
