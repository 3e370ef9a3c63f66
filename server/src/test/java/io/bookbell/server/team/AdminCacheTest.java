package io.bookbell.server.team;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import io.bookbell.server.support.TestClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the cache of admins saves, and what happens if a look-up fails. */
class AdminCacheTest extends DomainTest {
  private static final int ROUNDS = 20;
  private static final String LOOK_UP = "FROM team_member WHERE creator_id = ? AND active";

  @ParameterizedTest
  @CsvSource({"10, 5", "100, 10"})
  void oneQueryForEachCreatorServesAllBroadcasts(int creators, int members) {
    Map<UserId, Set<UserId>> teams = createTeams(creators, members);
    Domain node = domain.node();

    for (int round = 0; round < ROUNDS; round++) {
      node.read(
          tx -> {
            teams.forEach((creator, team) -> assertThat(admins(node, tx, creator)).isEqualTo(team));
            return true;
          });
    }

    var stats = node.features.admins.cacheStats();
    long lookUps = (long) creators * ROUNDS;
    assertThat(stats.misses()).as("queries").isEqualTo(creators);
    assertThat(stats.hits()).as("queries saved").isEqualTo(lookUps - creators);
    assertThat(stats.creatorsCached()).isEqualTo(creators);
    assertThat(stats.totalAdmins()).isEqualTo(creators * (members + 1));
    System.out.printf(
        Locale.ROOT,
        "Admin cache, %s: %d creators with %d members each, %d look-ups, %d queries, %d saved, hit"
            + " rate %.1f %%%n",
        kind,
        creators,
        members,
        lookUps,
        stats.misses(),
        stats.hits(),
        100.0 * stats.hits() / lookUps);
  }

  private Map<UserId, Set<UserId>> createTeams(int creators, int members) {
    var teams = new LinkedHashMap<UserId, Set<UserId>>();
    List<UserId> people = new ArrayList<>();
    for (int number = 0; number < creators + members; number++) {
      people.add(domain.account("person" + number));
    }
    domain.write(
        tx -> {
          teams.clear();
          for (UserId creator : people.subList(0, creators)) {
            domain.features.creators.create(tx, creator, "Creator " + creator);
            var row = domain.features.creators.lockCreator(tx, creator);
            var team = new HashSet<>(Set.of(creator));
            for (UserId member : people.subList(creators, creators + members)) {
              domain.features.team.addMember(tx, creator, row, member);
              team.add(member);
            }
            teams.put(creator, team);
          }
          return true;
        });
    return teams;
  }

  private static Set<UserId> admins(Domain node, Transaction tx, UserId creator) {
    return node.features.access.adminsOf(tx, node.features.creators.get(tx, creator));
  }

  /** An empty audience would lose messages without anybody noticing. */
  @Test
  void aFailedLookUpFailsTheCommandAndIsNotCached() throws IOException {
    var isFailing = new AtomicBoolean();
    SqlListener listener =
        new SqlListener() {
          @Override
          public void beforeSend(List<ExecutedStatement> together) {
            if (isFailing.get()
                && together.stream().anyMatch(each -> each.sql().contains(LOOK_UP))) {
              throw new IllegalStateException("The look-up fails, because a test wants it");
            }
          }
        };
    Path served = Files.createDirectories(folder.resolve("served"));
    Files.createDirectories(served.resolve("data"));
    try (var server = TestServer.watched(kind.create(served), listener)) {
      Cast cast = server.cast();
      var wanted = Map.of("creator_id", cast.creator().id(), "title", "Emma", "author", "Austen");
      String quota = "/api/book-requests/quota?creator_id=" + cast.creator().id();
      try (var admin = cast.team().client().connect(cast.team().id())) {
        long before = admin.await("initial_data").get("seq").asLong();
        isFailing.set(true);
        assertThat(statusOfRequest(server, cast.supporter().client(), wanted)).isEqualTo(500);
        assertThat(cast.supporter().client().get(quota).expect(200).body().get("used").asInt())
            .isZero();
        isFailing.set(false);

        cast.supporter().client().post("/api/book-requests", wanted).expect(201);

        assertThat(admin.await("book_request_update").get("seq").asLong()).isEqualTo(before + 1);
      }
      String metrics = server.client().get("/metrics").expect(200).raw().body();
      assertThat(metrics).contains("bookbell_admin_cache_misses_total 2.0");
    }
  }

  /** Without a check of the response against the API's description, which has no such status. */
  private static int statusOfRequest(TestServer server, TestClient client, Map<String, ?> wanted) {
    var request =
        HttpRequest.newBuilder(URI.create(server.url() + "/api/book-requests"))
            .header("Authorization", "Bearer " + client.token().orElseThrow())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.writeAsString(wanted)))
            .build();
    try (var http = HttpClient.newHttpClient()) {
      return http.sendAsync(request, HttpResponse.BodyHandlers.discarding()).join().statusCode();
    }
  }
}
