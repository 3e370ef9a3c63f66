package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.ResetLinkStore;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.http.Problem;
import io.bookbell.server.json.Json;
import io.bookbell.server.key.KeyStore.KeyTerms;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys for programs: how they are made, used, listed and revoked. */
@ParameterizedClass
@EnumSource
class KeysTest {
  private static final Map<String, ?> READER = Map.of("name", "Reader", "scopes", List.of("read"));
  private static final int SESSION_ENDED = 4401;
  private static final int MAX_KEYS = 20;

  @Parameter TestDatabase kind;

  private TestServer server;
  private Cast cast;
  private TestClient owner;

  @BeforeEach
  void people() {
    server = TestServer.shared(kind);
    cast = server.cast();
    owner = cast.supporter().client();
  }

  private static Reply create(TestClient owner, Map<String, ?> terms) {
    return owner.post("/api/keys", terms).expect(201);
  }

  private TestClient clientOf(Reply created) {
    return new TestClient(server.url(), Optional.of(created.body().get("key").asText()));
  }

  private static String pathOf(Reply created) {
    return "/api/keys/" + created.body().get("id").asLong();
  }

  private static JsonNode keysOf(TestClient owner) {
    return owner.get("/api/keys").expect(200).body().get("items");
  }

  @Test
  void aKeyIsShownOnceAndStoredAsAHash() {
    var terms = Map.of("name", " My  bot ", "scopes", List.of("write", "read", "read"));
    JsonNode made = create(owner, terms).body();
    String key = made.get("key").asText();

    assertThat(made.get("name").asText()).isEqualTo("My bot");
    assertThat(made.get("scopes")).extracting(JsonNode::asText).containsExactly("read", "write");
    assertThat(made.get("expires_at").isNull()).isTrue();
    assertThat(key).startsWith(made.get("start").asText());
    JsonNode listed = keysOf(owner).get(0);
    assertThat(listed.toString()).doesNotContain(key);
    assertThat(listed.get("id")).isEqualTo(made.get("id"));
    assertThat(
            server
                .database()
                .read(
                    tx ->
                        tx.query("SELECT token_hash FROM api_key WHERE id = ?", id(made))
                            .single(row -> row.getString("token_hash")))
                .join())
        .doesNotContain(key.substring(4))
        .hasSize(64);
  }

  private static long id(JsonNode key) {
    return key.get("id").asLong();
  }

  @Test
  void aRepeatedCreationMakesOneKeyAndDoesNotStoreItInTheClear() {
    var once = Map.of("Idempotency-Key", "key " + cast.supporter().email());
    String body = Json.writeAsString(READER);
    JsonNode first = owner.send("POST", "/api/keys", body, once).expect(201).body();
    JsonNode again = owner.send("POST", "/api/keys", body, once).expect(200).body();

    assertThat(again).isEqualTo(first);
    assertThat(keysOf(owner)).hasSize(1);
    List<String> stored =
        server
            .database()
            .read(
                tx ->
                    tx.query(
                            "SELECT answer FROM idempotency_key WHERE user_id = ?",
                            new UserId(cast.supporter().id()))
                        .list(row -> row.getString("answer")))
            .join();
    assertThat(stored).noneMatch(answer -> answer.contains(first.get("key").asText()));
  }

  @Test
  void wrongTermsAreRefusedByField() {
    Map<String, Object> many = Map.of("name", "x".repeat(61), "scopes", List.of("read"));
    assertRefused(many, "name");
    assertRefused(Map.of("scopes", List.of("read")), "name");
    assertRefused(Map.of("name", "Bot"), "scopes");
    assertRefused(Map.of("name", "Bot", "scopes", List.of()), "scopes");
    assertRefused(Map.of("name", "Bot", "scopes", "read"), "scopes");
    assertRefused(Map.of("name", "Bot", "scopes", List.of("read", "root")), "scopes");
    assertRefused(Map.of("name", "Bot", "scopes", List.of(List.of("read"))), "scopes");
    var past = Map.of("name", "Bot", "scopes", List.of("read"), "expires_at", "2020-01-01T00:00Z");
    assertRefused(past, "expires_at");
    var publisher = Map.of("name", "Bot", "scopes", List.of("publish"));
    assertThat(owner.post("/api/keys", publisher).expect(403).code()).isEqualTo("forbidden");
    assertThat(keysOf(owner)).isEmpty();
    var operator = server.signIn("creator");
    operator.delete(pathOf(create(operator, publisher))).expect(204);
  }

  private void assertRefused(Map<String, ?> terms, String field) {
    Reply refused = owner.post("/api/keys", terms).expect(400);
    assertThat(refused.body().at("/errors/0/field").asText()).as("%s", terms).isEqualTo(field);
  }

  @Test
  void thereIsAMostEvenForManyAtOnce() {
    List<CompletableFuture<Reply>> calls =
        IntStream.range(0, MAX_KEYS + 10)
            .mapToObj(_ -> owner.postLater("/api/keys", READER, Map.of()))
            .toList();
    List<Reply> replies = calls.stream().map(CompletableFuture::join).toList();

    assertThat(replies).filteredOn(reply -> reply.status() == 201).hasSize(MAX_KEYS);
    assertThat(replies)
        .filteredOn(reply -> reply.status() != 201)
        .allMatch(reply -> reply.code().equals("too_many_keys"));
    owner.delete("/api/keys/" + id(keysOf(owner).get(0))).expect(204);
    create(owner, READER);
  }

  @Test
  void aKeyDoesWhatItsUserMayAndNoMore() {
    long request = cast.supporter().ask(cast.creator(), "Emma");
    var all = Map.of("name", "Bot", "scopes", List.of("read", "write", "admin"));
    TestClient program = clientOf(create(cast.team().client(), all));
    String answer = "/api/book-requests/" + request + "/respond";

    program.post(answer, Map.of("status", "approved")).expect(200);
    program.patch("/api/creators/" + cast.creator().id(), Map.of("self_service", true)).expect(403);
    String member = "/api/team/" + cast.team().id() + "?creator_id=" + cast.creator().id();
    cast.creator().client().delete(member).expect(204);
    program.get("/api/book-requests/" + request).expect(404);
  }

  @Test
  void aRevokedKeyIsRefusedAtOnceAndItsSocketsClose() {
    Reply revoked = create(owner, READER);
    TestClient program = clientOf(revoked);
    TestClient other = clientOf(create(owner, READER));
    try (var socket = program.connect(cast.supporter().id());
        var others = other.connect(cast.supporter().id())) {
      socket.await("initial_data");
      others.await("initial_data");

      owner.delete(pathOf(revoked)).expect(204);

      assertThat(program.get("/api/me").expect(401).code()).isEqualTo("unauthorized");
      assertThat(socket.awaitClosed()).isEqualTo(SESSION_ENDED);
      other.get("/api/me").expect(200);
      assertThat(others.isClosed()).isFalse();
    }
    owner.delete(pathOf(revoked)).expect(404);
  }

  @Test
  void allKeysOfAUserEndTogether() {
    var first = clientOf(create(owner, READER));
    var second = clientOf(create(owner, READER));
    var foreign = clientOf(create(cast.other().client(), READER));
    var services = new Services(Services.ClientNotifier.noOp());
    server
        .database()
        .write(
            tx -> {
              services.keys.revokeAll(tx, new UserId(cast.supporter().id()));
              return true;
            })
        .join();

    first.get("/api/me").expect(401);
    second.get("/api/me").expect(401);
    foreign.get("/api/me").expect(200);
  }

  @Test
  void anExpiredKeyIsRefusedItsSocketsCloseAndItStaysListedForAWhile() {
    String soon = Instant.now().plusSeconds(3).toString();
    var terms = Map.of("name", "Brief", "scopes", List.of("read"), "expires_at", soon);
    TestClient program = clientOf(create(owner, terms));
    try (var socket = program.connect(cast.supporter().id())) {
      socket.await("initial_data");

      assertThat(socket.awaitClosed()).isEqualTo(SESSION_ENDED);
    }
    await().until(() -> program.get("/api/me").status() == 401);
    assertThat(keysOf(owner)).hasSize(1);
    removeExpired(Duration.ofDays(29));
    assertThat(keysOf(owner)).hasSize(1);
    removeExpired(Duration.ofDays(31));
    assertThat(keysOf(owner)).isEmpty();
  }

  @Test
  void aKeyMayExpireInTheFarFuture() {
    var terms =
        Map.of("name", "Old", "scopes", List.of("read"), "expires_at", "9999-12-31T00:00:00Z");
    TestClient program = clientOf(create(owner, terms));
    try (var socket = program.connect(cast.supporter().id())) {
      socket.await("initial_data");
      socket.send("{\"type\":\"ping\"}");
      socket.await("pong");
    }
  }

  private void removeExpired(Duration later) {
    var services = new Services(Services.ClientNotifier.noOp());
    server
        .database()
        .write(tx -> services.keys.removeExpired(tx.atTime(Instant.now().plus(later))))
        .join();
  }

  @Test
  void whatProtectsCookiesDoesNotHinderAKeyAndACookieIsNeverAKey() {
    Reply made = create(owner, Map.of("name", "Bot", "scopes", List.of("read", "write")));
    TestClient program = clientOf(made);
    var elsewhere = Map.of("Origin", "https://elsewhere.test");
    String read = "/api/notifications/read";
    program.send("POST", read, "{\"all\":true}", elsewhere).expect(200);
    String ws = "/api/book-requests/ws?user_id=" + cast.supporter().id();
    program.send("GET", ws, null, elsewhere).expect(426);

    String key = made.body().get("key").asText();
    var cookie = Map.of("Cookie", "bookbell_session=" + key, "Origin", server.url());
    server.client().send("GET", "/api/me", null, cookie).expect(401);
    assertThat(program.get("/api/me").raw().headers().firstValue("Set-Cookie")).isEmpty();
  }

  @Test
  void aKeyThatIsInvalidDoesNotFallBackToACookie() {
    String session = owner.token().orElseThrow();
    var cookie = Map.of("Cookie", "bookbell_session=" + session, "Origin", server.url());
    server.client().send("GET", "/api/me", null, cookie).expect(200);

    Reply made = create(owner, READER);
    owner.delete(pathOf(made)).expect(204);
    clientOf(made).send("GET", "/api/me", null, cookie).expect(401);
    for (String mistyped : List.of("bbk_typo", "bbk_ty.po", "bbk_" + "a".repeat(200))) {
      new TestClient(server.url(), Optional.of(mistyped))
          .send("GET", "/api/me", null, cookie)
          .expect(401);
    }
  }

  @Test
  void aSocketNeedsTheScopeReadAndForTypingTheScopeWrite() {
    long user = cast.team().id();
    TestClient writer = server.withKey(user, KeyScope.WRITE);
    String ws = "/api/book-requests/ws?user_id=" + user;
    assertThat(writer.get(ws).expect(403).code()).isEqualTo("insufficient_scope");
    long asked = cast.supporter().ask(cast.creator(), "Emma");
    String request = "{\"type\":\"answering\",\"book_request_id\":%d}".formatted(asked);
    try (var creator = cast.creator().client().connect(cast.creator().id());
        var reader = server.withKey(user, KeyScope.READ).connect(user);
        var both = server.withKey(user, KeyScope.READ, KeyScope.WRITE).connect(user)) {
      List.of(creator, reader, both).forEach(socket -> socket.await("initial_data"));

      reader.send(request);
      assertThat(reader.await("error").get("code").asText()).isEqualTo("insufficient_scope");
      reader.send("{\"type\":\"ping\"}");
      reader.await("pong");
      both.send(request);
      creator.await("answering");
    }
  }

  @Test
  void theLastUseIsShownAndNotStoredWithEachCall(@TempDir Path folder) throws Exception {
    var updates = new AtomicInteger();
    SqlListener listener =
        new SqlListener() {
          @Override
          public void beforeSend(List<ExecutedStatement> together) {
            together.stream()
                .filter(statement -> statement.sql().contains("SET last_used_at = ?"))
                .forEach(_ -> updates.incrementAndGet());
          }
        };
    Files.createDirectories(folder.resolve("data"));
    try (var watched = TestServer.watched(kind.create(folder), listener)) {
      long user = watched.cast().supporter().id();
      TestClient program = watched.withKey(user, KeyScope.READ);
      var person =
          new TestClient(watched.url(), Optional.of(watched.signInAgain(new UserId(user), 1)));
      assertThat(keysOf(person).get(0).get("last_used_at").isNull()).isTrue();

      program.get("/api/me").expect(200);
      await().until(() -> !keysOf(person).get(0).get("last_used_at").isNull());
      IntStream.range(0, 50).forEach(_ -> program.get("/api/me").expect(200));

      assertThat(updates).hasValue(1);
      Instant used = Instant.parse(keysOf(person).get(0).get("last_used_at").asText());
      assertThat(used).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
      makeLastUseOlder(watched, 61);
      await()
          .until( // once the key is looked up again
              () -> program.get("/api/me").status() == 200 && updates.get() == 2);
    }
  }

  private static void makeLastUseOlder(TestServer server, int seconds) {
    server
        .database()
        .write(
            tx -> tx.update("UPDATE api_key SET last_used_at = last_used_at - ?", 1000L * seconds))
        .join();
  }

  /** The call was authenticated just before. */
  @Test
  void aSessionThatHasEndedMakesNoKey() {
    String session = SecretTokens.hashToken(owner.token().orElseThrow());
    var caller = new Caller(new UserId(cast.supporter().id()), session, false);
    var services = new Services(Services.ClientNotifier.noOp());
    var keyTerms = new KeyTerms("Late", Set.of(KeyScope.READ), Optional.empty());
    owner.post("/api/auth/logout", "").expect(204);

    var late = server.database().write(tx -> services.keys.create(tx, caller, keyTerms));

    assertThatThrownBy(late::join)
        .hasCauseInstanceOf(Problem.class)
        .hasMessageContaining("The session has ended");
  }

  @Test
  void aNewPasswordKeepsKeysAndOneByALinkEndsThem() {
    var program = clientOf(create(owner, READER));
    var change = Map.of("current", TestServer.PASSWORD, "new", "eleven green pears");
    owner.post("/api/auth/password", change).expect(204);
    program.get("/api/me").expect(200);

    var services = new Services(Services.ClientNotifier.noOp());
    String link =
        server
            .database()
            .write(
                tx ->
                    services.resetLinks.createLink(
                        tx, new UserId(cast.supporter().id()), ResetLinkStore.OPERATOR_LIFETIME))
            .join()
            .token();
    try (var socket = program.connect(cast.supporter().id())) {
      socket.await("initial_data");
      var reset = Map.of("token", link, "password", "twelve red apples");
      server.client().post("/api/auth/reset", reset).expect(200);
      assertThat(socket.awaitClosed()).isEqualTo(SESSION_ENDED);
    }
    program.get("/api/me").expect(401);
  }

  @Test
  void aDeletedAccountHasNoKeys() {
    var program = clientOf(create(owner, READER));
    String password = Json.writeAsString(Map.of("password", TestServer.PASSWORD));
    owner.send("DELETE", "/api/me", password, Map.of()).expect(204);
    program.get("/api/me").expect(401);
  }

  @Test
  void aTicketIsForPeople() {
    TestClient program = server.withKey(cast.supporter().id(), KeyScope.values());
    program.post("/api/ws-ticket", "").expect(403);
    String ticket = owner.post("/api/ws-ticket", "").expect(201).body().get("ticket").asText();
    String query = "user_id=" + cast.supporter().id() + "&ticket=" + ticket;
    try (var socket = TestSocket.at(server.url(), query, Optional.empty())) {
      socket.await("initial_data");
    }
  }
}
