package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The list of one's own sessions, and ending them. */
@ParameterizedClass
@EnumSource
class OwnSessionsTest {
  private static final String PHONE =
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
          + " Gecko) Version/18.6 Mobile/15E148 Safari/604.1";

  @Parameter TestDatabase kind;

  private TestServer server;
  private Cast cast;
  private Person ada;

  @BeforeEach
  void people() {
    server = TestServer.shared(kind);
    cast = server.cast();
    ada = cast.supporter();
  }

  /** Another tab has signed in as somebody else, and the cookie is theirs now. */
  @Test
  void aPageThatShowsSomebodyElseIsRefused() {
    var wish = Map.of("creator_id", cast.creator().id(), "title", "Emma", "author", "Austen");
    String book = Json.writeAsString(wish);
    var asOther = Map.of("Bookbell-User", String.valueOf(cast.other().id()));
    var asAda = Map.of("Bookbell-User", String.valueOf(ada.id()));

    Reply refused = ada.client().send("POST", "/api/book-requests", book, asOther).expect(401);
    assertThat(refused.body().get("code").asText()).isEqualTo("other_user");
    ada.client().send("GET", "/api/me", null, asOther).expect(401);
    ada.client().send("GET", "/api/me", null, Map.of("Bookbell-User", "nobody")).expect(401);
    ada.client().send("POST", "/api/book-requests", book, asAda).expect(201);
    assertThat(ada.client().get("/api/book-requests").body().get("items")).hasSize(1);
  }

  @Test
  void eachSessionShowsItsDeviceTimesAndAddress() {
    signIn(Map.of("User-Agent", PHONE));

    JsonNode sessions = list(ada.client());

    assertThat(sessions).hasSize(2);
    assertThat(sessions.findValuesAsText("current")).containsExactlyInAnyOrder("true", "false");
    JsonNode phone = other(sessions);
    assertThat(phone.get("client").asText()).isEqualTo("Safari, iPhone");
    assertThat(phone.get("address").asText()).isEqualTo("127.0.0.1");
    Instant begun = Instant.parse(phone.get("created_at").asText());
    assertThat(phone.get("last_used_at")).isEqualTo(phone.get("created_at"));
    assertThat(Instant.parse(phone.get("expires_at").asText()))
        .isEqualTo(begun.plus(Duration.ofDays(30)));
    assertThat(list(cast.other().client())).hasSize(1);
  }

  @Test
  void aSessionShowsWhatUsedItLast() {
    TestClient phone = signIn(Map.of("User-Agent", PHONE));
    backdate(phone);

    phone.send("GET", "/api/me", null, Map.of("User-Agent", "curl/8.5.0")).expect(200);

    await()
        .untilAsserted(
            () -> {
              JsonNode used = other(list(ada.client()));
              assertThat(used.get("client").asText()).isEqualTo("curl");
              assertThat(Instant.parse(used.get("last_used_at").asText()))
                  .isAfter(Instant.now().minus(Duration.ofMinutes(5)));
            });
  }

  private void backdate(TestClient client) {
    String hash = SecretTokens.hashToken(client.token().orElseThrow());
    server
        .database()
        .write(
            tx ->
                tx.update(
                    "UPDATE session SET last_used_at = ? WHERE token_hash = ?",
                    tx.now().minus(Duration.ofMinutes(16)),
                    hash))
        .join();
  }

  @Test
  void aSessionIsEndedWithItsSockets() {
    TestClient phone = signIn(Map.of());
    TestClient tablet = signIn(Map.of());
    long id = current(phone);
    try (var socket = phone.connect(ada.id())) {
      socket.await("initial_data");

      ada.client().delete("/api/sessions/" + id).expect(204);

      assertThat(socket.awaitClosed()).isEqualTo(4401);
    }
    phone.get("/api/me").expect(401);
    tablet.get("/api/me").expect(200);
    ada.client().delete("/api/sessions/" + id).expect(404);
  }

  @Test
  void theCurrentSessionMayBeEndedToo() {
    Reply ended = ada.client().delete("/api/sessions/" + current(ada.client())).expect(204);

    assertThat(ended.raw().headers().firstValue("Set-Cookie").orElseThrow()).contains("Max-Age=0");
    ada.client().get("/api/me").expect(401);
  }

  @Test
  void nobodyEndsSessionsOfOthers() {
    long id = current(ada.client());

    cast.other().client().delete("/api/sessions/" + id).expect(404);
    cast.creator().client().delete("/api/sessions/" + id).expect(404);
    ada.client().get("/api/me").expect(200);
  }

  @Test
  void allOtherSessionsAreEnded() {
    List<TestClient> others = IntStream.range(0, 3).mapToObj(_ -> signIn(Map.of())).toList();

    ada.client().delete("/api/sessions").expect(204);

    others.forEach(other -> other.get("/api/me").expect(401));
    assertThat(list(ada.client())).hasSize(1);
    cast.other().client().get("/api/me").expect(200);
    ada.client().delete("/api/sessions").expect(204);
  }

  @Test
  void twoWhoEndEachOtherLeaveOneAtLeast() {
    for (int round = 0; round < 5; round++) {
      TestClient phone = signIn(Map.of());
      TestClient tablet = signIn(Map.of());
      var replies =
          List.of(phone, tablet).stream()
              .map(client -> CompletableFuture.supplyAsync(() -> client.delete("/api/sessions")))
              .toList();

      assertThat(replies)
          .extracting(reply -> reply.join().status())
          .containsExactlyInAnyOrder(204, 401);
      assertThat(List.of(phone, tablet))
          .extracting(client -> client.get("/api/me").status())
          .containsExactlyInAnyOrder(200, 401);
    }
  }

  private TestClient signIn(Map<String, String> headers) {
    var login = Map.of("email", ada.email(), "password", TestServer.PASSWORD);
    String json = Json.writeAsString(login);
    return server
        .client()
        .as(server.client().send("POST", "/api/auth/login", json, headers).expect(200));
  }

  private static JsonNode list(TestClient client) {
    return client.get("/api/sessions").expect(200).body().get("items");
  }

  private static long current(TestClient client) {
    return pick(list(client), true).get("id").asLong();
  }

  private static JsonNode other(JsonNode sessions) {
    return pick(sessions, false);
  }

  private static JsonNode pick(JsonNode sessions, boolean current) {
    for (JsonNode session : sessions) {
      if (session.get("current").asBoolean() == current) {
        return session;
      }
    }
    throw new AssertionError("no such session in " + sessions);
  }
}
