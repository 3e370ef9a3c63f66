package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Calls that are repeated after a lost response by somebody without a session, or that end the
 * caller's session.
 */
@ParameterizedClass
@EnumSource
class RepeatedSignUpTest {
  private static final String ACCEPT = "/api/auth/accept";

  @Parameter TestDatabase kind;
  @TempDir Path folder;

  private TestServer server;
  private Cast cast;
  private final Map<String, String> key = Map.of("Idempotency-Key", UUID.randomUUID().toString());

  @BeforeEach
  void people() {
    server = TestServer.shared(kind);
    cast = server.cast();
  }

  @Test
  void aRepeatedAcceptanceSignsInToTheSameAccount() {
    var body = newcomer(invitation());
    Reply first = send(server.client(), ACCEPT, body, key).expect(200);
    Reply repeated = send(server.client(), ACCEPT, body, key).expect(200);

    assertThat(repeated.body().get("user")).isEqualTo(first.body().get("user"));
    assertThat(repeated.body().get("token")).isNotEqualTo(first.body().get("token"));
    server.client().as(first).get("/api/me").expect(200);
    server.client().as(repeated).get("/api/me").expect(200);
    assertThat(repeated.raw().headers().allValues("Set-Cookie")).hasSize(2);
    send(server.client(), ACCEPT, body, Map.of()).expect(404);
  }

  @Test
  void aRepeatMayComeWithTheCookieOfTheLostAnswer() {
    var body = newcomer(invitation());
    Reply first = send(server.client(), ACCEPT, body, key).expect(200);
    var headers = new HashMap<>(key);
    headers.put("Cookie", "bookbell_session=" + first.body().get("token").asText());
    headers.put("Origin", server.url());

    Reply repeated = send(server.client(), ACCEPT, body, headers).expect(200);
    assertThat(repeated.body().get("user")).isEqualTo(first.body().get("user"));
  }

  @Test
  void duplicatesMakeOneAccount() {
    var body = newcomer(invitation());
    List<CompletableFuture<Reply>> twins =
        List.of(
            server.client().postLater(ACCEPT, body, key),
            server.client().postLater(ACCEPT, body, key));

    var users = twins.stream().map(each -> each.join().expect(200).body().get("user")).toList();
    assertThat(users.getFirst()).isEqualTo(users.getLast());
  }

  @Test
  void whoeverKnowsTheKeyAloneGetsNothing() {
    var body = newcomer(invitation());
    send(server.client(), ACCEPT, body, key).expect(200);

    for (Map.Entry<String, String> other :
        Map.of("token", invitation(), "password", "another password", "display_name", "Eve")
            .entrySet()) {
      var changed = new HashMap<>(body);
      changed.put(other.getKey(), other.getValue());
      Reply refused = send(server.client(), ACCEPT, changed, key).expect(409);
      assertThat(refused.code()).isEqualTo("idempotency_conflict");
    }
    send(server.client(), ACCEPT, Map.of("token", body.get("token")), key).expect(409);
    send(cast.other().client(), ACCEPT, Map.of("token", body.get("token")), key).expect(409);
  }

  @Test
  void whoHasASessionMayRepeatTooButNobodyElseForThem() {
    var body = Map.of("token", invitation());
    TestClient stranger = cast.stranger().client();
    send(stranger, ACCEPT, body, key).expect(200);
    Reply repeated = send(stranger, ACCEPT, body, key).expect(200);

    assertThat(repeated.body().at("/user/id").asLong()).isEqualTo(cast.stranger().id());
    send(server.client(), ACCEPT, body, key).expect(409);
    send(cast.other().client(), ACCEPT, body, key).expect(409);
  }

  /** Or whoever finds an open page could add a way in that lasts longer than the session. */
  @Test
  void joiningConfirmsNothingThatTheSessionBeforeDid() {
    TestClient stranger = cast.stranger().client();
    assertThat(isConfirmed(stranger)).isTrue();
    age(cast.stranger());
    var body = Map.of("token", invitation());

    Reply joined = send(stranger, ACCEPT, body, key).expect(200);
    Reply repeated = send(stranger, ACCEPT, body, key).expect(200);

    assertThat(isConfirmed(server.client().as(joined))).isFalse();
    assertThat(isConfirmed(server.client().as(repeated))).isFalse();
  }

  @Test
  void onlyTheFirstSessionOfASignUpConfirmsThatTheOwnerIsThere() {
    var body = newcomer(invitation());
    Reply first = send(server.client(), ACCEPT, body, key).expect(200);
    Reply repeated = send(server.client(), ACCEPT, body, key).expect(200);

    assertThat(isConfirmed(server.client().as(first))).isTrue();
    assertThat(isConfirmed(server.client().as(repeated))).isFalse();
  }

  private void age(Cast.Person person) {
    server
        .database()
        .write(
            tx ->
                tx.update(
                    "UPDATE session SET created_at = created_at - 700000 WHERE user_id = ?",
                    person.id()))
        .join();
  }

  /** Whether a session may add a way in without the password. */
  private static boolean isConfirmed(TestClient client) {
    return client.post("/api/passkeys/options", Map.of()).status() == 200;
  }

  @Test
  void aRefusedCallLeavesNoKey() {
    var body = new HashMap<>(newcomer(invitation()));
    body.put("password", "password123");
    Reply refused = send(server.client(), ACCEPT, body, key).expect(400);
    assertThat(refused.body().at("/errors/0/field").asText()).isEqualTo("password");
    assertThat(refused.body().at("/errors/0/message").asText()).isEqualTo("is too easy to guess");

    body.put("password", "twelve red apples");
    send(server.client(), ACCEPT, body, key).expect(200);
  }

  @Test
  void aRepeatedSetupSignsInToTheSameAccount() {
    try (var fresh = TestServer.empty(kind, folder)) {
      var body = new HashMap<>(newcomer(fresh.setupLink().orElseThrow().replaceFirst(".*#", "")));
      body.put("creator_name", "Ada reads");
      Reply first = send(fresh.client(), "/api/setup", body, key).expect(200);
      Reply repeated = send(fresh.client(), "/api/setup", body, key).expect(200);

      assertThat(repeated.body().get("user")).isEqualTo(first.body().get("user"));
      fresh.client().as(repeated).get("/api/admin/cache-stats").expect(200);
      send(fresh.client(), "/api/setup", body, Map.of()).expect(404);
    }
  }

  @Test
  void aRepeatedLogoutIsDone() {
    TestClient leaving = server.client().signIn(cast.other().email(), TestServer.PASSWORD);
    leaving.send("POST", "/api/auth/logout", "", key).expect(204);
    Reply repeated = leaving.send("POST", "/api/auth/logout", "", key).expect(204);

    assertThat(repeated.raw().headers().firstValue("Set-Cookie").orElseThrow())
        .contains("Max-Age=0");
    leaving.send("POST", "/api/auth/logout", "", Map.of()).expect(401);
    server.client().send("POST", "/api/auth/logout", "", key).expect(401);
    new TestClient(server.url(), Optional.of("unknown"))
        .send("POST", "/api/auth/logout", "", key)
        .expect(401);
  }

  private String invitation() {
    var terms =
        Map.of("creator_id", cast.creator().id(), "kind", "supporter", "tier_id", cast.tier());
    Reply made = cast.creator().client().post("/api/invitations", terms).expect(201);
    return made.body().get("url").asText().replaceFirst(".*#", "");
  }

  private static Map<String, String> newcomer(String token) {
    return Map.of(
        "token",
        token,
        "email",
        UUID.randomUUID() + "@join.test",
        "display_name",
        "Newcomer",
        "password",
        "twelve red apples");
  }

  private static Reply send(
      TestClient client, String path, Map<String, String> body, Map<String, String> headers) {
    return client.send("POST", path, Json.writeAsString(body), headers);
  }
}
