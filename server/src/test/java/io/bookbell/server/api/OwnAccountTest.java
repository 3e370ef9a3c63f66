package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Changing the own password, name and address. */
@ParameterizedClass
@EnumSource
class OwnAccountTest {
  private static final String PASSWORD = "/api/auth/password";
  private static final String NEW = "eleven green pears";

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

  @Test
  void aNewPasswordEndsAllOtherSessionsAndTheirSockets() {
    TestClient elsewhere = server.client().signIn(ada.email(), TestServer.PASSWORD);
    try (var socket = elsewhere.connect(ada.id());
        var own = ada.client().connect(ada.id())) {
      socket.await("initial_data");
      own.await("initial_data");

      changePassword(ada.client(), TestServer.PASSWORD, NEW).expect(204);

      assertThat(socket.awaitClosed()).isEqualTo(4401);
      elsewhere.get("/api/me").expect(401);
      ada.client().get("/api/me").expect(200);
      own.send("{\"type\":\"ping\"}");
      own.await("pong");
    }
    signIn(TestServer.PASSWORD).expect(401);
    signIn(NEW).expect(200);
  }

  @Test
  void aChangeWhoseAnswerWasLostMayBeRepeated() {
    changePassword(ada.client(), TestServer.PASSWORD, NEW).expect(204);
    TestClient later = server.client().as(signIn(NEW).expect(200));
    changePassword(ada.client(), TestServer.PASSWORD, NEW).expect(204);

    later.get("/api/me").expect(401);
    ada.client().get("/api/me").expect(200);
  }

  @Test
  void theCurrentPasswordIsAskedFor() {
    Reply refused = changePassword(ada.client(), "not this one", NEW).expect(403);

    assertThat(refused.code()).isEqualTo("wrong_password");
    signIn(TestServer.PASSWORD).expect(200);
    server.client().post(PASSWORD, body(TestServer.PASSWORD, NEW)).expect(401);
  }

  @Test
  void theNewPasswordMustBeAnotherAndAGoodOne() {
    assertThat(errorOf("password123")).isEqualTo("new is too easy to guess");
    assertThat(errorOf("supporter 12345")).startsWith("new must not contain the name");
    assertThat(errorOf("short")).startsWith("new must have 10 to 200");
    changePassword(ada.client(), TestServer.PASSWORD, NEW).expect(204);
    assertThat(changePassword(ada.client(), NEW, NEW).expect(400).body().get("detail").asText())
        .isEqualTo("new must differ from the current password");
  }

  private String errorOf(String password) {
    Reply refused = changePassword(ada.client(), TestServer.PASSWORD, password).expect(400);
    return refused.body().get("detail").asText();
  }

  @Test
  void whoHasStolenASessionCannotGuessForLongNorHinderTheOwner() {
    TestClient thief = server.client().signIn(ada.email(), TestServer.PASSWORD);
    IntStream.range(0, 10)
        .forEach(number -> changePassword(thief, "guess " + number, NEW).expect(403));

    Reply refused = changePassword(thief, TestServer.PASSWORD, NEW).expect(429);
    assertThat(refused.code()).isEqualTo("too_many_logins");
    changePassword(ada.client(), TestServer.PASSWORD, NEW).expect(204);
    signIn(NEW).expect(200);
  }

  @Test
  void noSignInWithTheOldPasswordSurvivesItsChange() {
    for (int round = 0; round < 3; round++) {
      String before = round == 0 ? TestServer.PASSWORD : NEW + round;
      String after = NEW + (round + 1);
      var signIns = new ArrayList<CompletableFuture<Reply>>();
      for (int count = 0; count < 4; count++) {
        signIns.add(signInLater(before));
      }
      var change = ada.client().postLater(PASSWORD, body(before, after), Map.of());
      for (int count = 0; count < 4; count++) {
        signIns.add(signInLater(before));
      }
      change.join().expect(204);

      for (CompletableFuture<Reply> signIn : signIns) {
        Reply reply = signIn.join();
        assertThat(reply.status()).isIn(200, 401, 429);
        if (reply.status() == 200) {
          server.client().as(reply).get("/api/me").expect(401);
        }
      }
      ada.client().get("/api/me").expect(200);
    }
  }

  private CompletableFuture<Reply> signInLater(String password) {
    var login = Map.of("email", ada.email(), "password", password);
    return server.client().postLater("/api/auth/login", login, Map.of());
  }

  @Test
  void aRepeatedAcceptanceOfAnInvitationOpensNoSessionAfterwards() {
    var terms = Map.of("creator_id", cast.creator().id(), "kind", "team");
    Reply made = cast.creator().client().post("/api/invitations", terms).expect(201);
    var newcomer =
        Map.of(
            "token",
            made.body().get("url").asText().replaceFirst(".*#", ""),
            "email",
            UUID.randomUUID() + "@join.test",
            "display_name",
            "Ines",
            "password",
            "twelve red apples");
    var key = Map.of("Idempotency-Key", UUID.randomUUID().toString());
    String json = Json.writeAsString(newcomer);
    Reply joined = server.client().send("POST", "/api/auth/accept", json, key).expect(200);

    changePassword(server.client().as(joined), "twelve red apples", NEW).expect(204);

    server.client().send("POST", "/api/auth/accept", json, key).expect(404);
  }

  @Test
  void nameAndAddressAreChanged() {
    ada.ask(cast.creator(), "Emma");
    String address = UUID.randomUUID() + "@New.test";

    Reply changed = change(ada, Map.of("display_name", " Ada  Lovelace ", "email", address));

    JsonNode user = changed.expect(200).body().get("user");
    assertThat(user.get("display_name").asText()).isEqualTo("Ada Lovelace");
    assertThat(user.get("email").asText()).isEqualTo(address.toLowerCase(Locale.ROOT));
    assertThat(ada.client().get("/api/me").body()).isEqualTo(changed.body());
    indexAgain();
    String list = "/api/book-requests?creator_id=" + cast.creator().id();
    assertThat(cast.team().client().get(list + "&q=supporter").body().get("items")).isEmpty();
    assertThat(
            cast.team().client().get(list + "&q=lovelace").body().at("/items/0/user_name").asText())
        .isEqualTo("Ada Lovelace");
    signIn(TestServer.PASSWORD).expect(401);
    server.client().signIn(address, TestServer.PASSWORD);
    assertThat(change(ada, Map.of()).expect(200).body()).isEqualTo(changed.body());
    change(ada, Map.of("email", address)).expect(200);
    change(ada, Map.of("display_name", "")).expect(400);
    change(ada, Map.of("email", "nobody")).expect(400);
  }

  /** What the server does within a minute. */
  private void indexAgain() {
    var services = new Services(Services.ClientNotifier.noOp());
    var later = Instant.now().plus(Duration.ofMinutes(1));
    while (server.database().write(tx -> services.renamed.indexBatch(tx.atTime(later))).join()) {
      // the next step
    }
  }

  @Test
  void anAddressHasOneAccount() {
    assertThat(change(ada, Map.of("email", cast.other().email())).expect(409).code())
        .isEqualTo("email_taken");

    for (int round = 0; round < 5; round++) {
      String wanted = Json.writeAsString(Map.of("email", UUID.randomUUID() + "@wanted.test"));
      List<Reply> replies =
          List.of(ada, cast.other(), cast.team()).parallelStream()
              .map(person -> person.client().send("PATCH", "/api/me", wanted, Map.of()))
              .toList();
      assertThat(replies).extracting(Reply::status).containsOnlyOnce(200).contains(409);
    }
  }

  private static Reply change(Person person, Map<String, ?> body) {
    return person.client().patch("/api/me", body);
  }

  private Reply signIn(String password) {
    var login = Map.of("email", ada.email(), "password", password);
    return server.client().post("/api/auth/login", login);
  }

  private static Reply changePassword(TestClient client, String current, String wanted) {
    return client.post(PASSWORD, body(current, wanted));
  }

  private static Map<String, String> body(String current, String wanted) {
    return Map.of("current", current, "new", wanted);
  }
}
