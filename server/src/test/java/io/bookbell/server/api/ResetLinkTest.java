package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.ResetLinkStore;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.json.Json;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Choosing a new password by an operator's one-time link. */
@ParameterizedClass
@EnumSource
class ResetLinkTest {
  private static final String NEW = "eleven green pears";

  @Parameter TestDatabase kind;

  private TestServer server;
  private Person ada;

  @BeforeEach
  void people() {
    server = TestServer.shared(kind);
    ada = server.cast().supporter();
  }

  @Test
  void whoHasForgottenThePasswordGetsInAndEverybodyElseOut() {
    String token = link();
    try (var socket = ada.client().connect(ada.id())) {
      socket.await("initial_data");

      Reply reset = reset(token, NEW, Map.of()).expect(200);

      assertThat(reset.body().at("/user/id").asLong()).isEqualTo(ada.id());
      assertThat(reset.raw().headers().allValues("Set-Cookie")).hasSize(2);
      server.client().as(reset).get("/api/me").expect(200);
      assertThat(socket.awaitClosed()).isEqualTo(4401);
    }
    ada.client().get("/api/me").expect(401);
    signIn(TestServer.PASSWORD).expect(401);
    signIn(NEW).expect(200);
    reset(token, "twelve red apples", Map.of()).expect(404);
  }

  @Test
  void aResetWhoseAnswerWasLostMayBeRepeated() {
    String token = link();
    var key = Map.of("Idempotency-Key", UUID.randomUUID().toString());
    Reply first = reset(token, NEW, key).expect(200);
    Reply repeated = reset(token, NEW, key).expect(200);

    assertThat(repeated.body().get("user")).isEqualTo(first.body().get("user"));
    server.client().as(first).get("/api/me").expect(200);
    server.client().as(repeated).get("/api/me").expect(200);
    reset(token, "twelve red apples", key).expect(409);
  }

  @Test
  void aRefusedPasswordDoesNotUseTheLinkUp() {
    String token = link();
    Reply refused = reset(token, "password123", Map.of()).expect(400);

    assertThat(refused.body().at("/errors/0/message").asText()).isEqualTo("is too easy to guess");
    reset(token, NEW, Map.of()).expect(200);
  }

  @Test
  void aLinkExpires() {
    String token = link();
    server
        .database()
        .write(
            tx ->
                tx.update(
                    "UPDATE reset_link SET expires_at = ? WHERE token_hash = ?",
                    tx.now(),
                    SecretTokens.hashToken(token)))
        .join();

    reset(token, NEW, Map.of()).expect(404);
    ada.client().get("/api/me").expect(200);
  }

  @Test
  void onlyTheNewestLinkIsValidAndOnlyUntilThePasswordIsChanged() {
    String replaced = link();
    String newest = link();
    reset(replaced, NEW, Map.of()).expect(404);

    var change = Map.of("current", TestServer.PASSWORD, "new", NEW);
    ada.client().post("/api/auth/password", change).expect(204);

    reset(newest, "twelve red apples", Map.of()).expect(404);
    reset("unknown", NEW, Map.of()).expect(404);
  }

  @Test
  void ofTwoWhoUseALinkAtOnceOneDoes() {
    for (int round = 0; round < 3; round++) {
      String token = link();
      var replies =
          List.of("twelve red apples", "thirteen old plums").stream()
              .map(password -> Map.of("token", token, "password", password))
              .map(body -> server.client().postLater("/api/auth/reset", body, Map.of()))
              .toList();

      assertThat(replies)
          .extracting(reply -> reply.join().status())
          .containsExactlyInAnyOrder(200, 404);
    }
  }

  /** Whoever had the account may have set up the others, to go on reading along. */
  @Test
  void newsGoNowhereButToTheOwnAddressAfterwards() {
    var targets = new NewsTargetStore();
    server
        .database()
        .write(
            tx -> {
              var user = new UserId(ada.id());
              targets.create(tx, NewTarget.channel(user, NewsKind.MAIL, ada.email(), "{}", true));
              for (NewsKind each : List.of(NewsKind.MAIL, NewsKind.NTFY, NewsKind.WEBHOOK)) {
                var other = NewTarget.channel(user, each, "elsewhere@home.test", "{}", true);
                long target = targets.create(tx, other).id();
                new OutboxStore().addForTarget(tx, target, "test", "{}");
              }
              return true;
            })
        .join();

    reset(link(), NEW, Map.of()).expect(200);

    assertThat(server.database().read(tx -> targets.findChannels(tx, new UserId(ada.id()))).join())
        .extracting(NewsTarget::address)
        .containsExactly(ada.email());
  }

  private String link() {
    var services = new Services(Services.ClientNotifier.noOp());
    return server
        .database()
        .write(
            tx ->
                services.resetLinks.createLink(
                    tx, new UserId(ada.id()), ResetLinkStore.OPERATOR_LIFETIME))
        .join()
        .token();
  }

  private Reply reset(String token, String password, Map<String, String> headers) {
    String json = Json.writeAsString(Map.of("token", token, "password", password));
    return server.client().send("POST", "/api/auth/reset", json, headers);
  }

  private Reply signIn(String password) {
    var login = Map.of("email", ada.email(), "password", password);
    return TestClient.at(server.url()).post("/api/auth/login", login);
  }
}
