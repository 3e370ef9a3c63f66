package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Handing a creator's account over to another person. */
@ParameterizedClass
@EnumSource
class HandoverTest {
  private static final String NEW = "eleven green pears";

  @Parameter TestDatabase kind;

  private TestServer server;
  private Cast cast;
  private String path;
  private String email;

  @BeforeEach
  void people() {
    server = TestServer.shared(kind);
    cast = server.cast();
    path = "/api/creators/" + cast.creator().id() + "/handover";
    email = "zora" + UUID.randomUUID().toString().substring(0, 8) + "@owner.test";
  }

  @Test
  void theNewOwnerGetsInAndTheFormerOneOut() {
    String key = "/api/keys";
    var wish = Map.of("name", "Bot", "scopes", List.of("read"));
    String secret = cast.creator().client().post(key, wish).expect(201).body().get("key").asText();
    long request = cast.supporter().ask(cast.creator(), "Kindred");
    Reply offered = offer(email).expect(201);
    assertThat(offered.body().get("email").asText()).isEqualTo(email);
    JsonNode open = cast.creator().client().get(path).expect(200).body().get("pending");
    assertThat(open.get("email").asText()).isEqualTo(email);
    assertThat(open.has("url")).isFalse();
    try (var former = cast.creator().client().connect(cast.creator().id());
        var team = cast.team().client().connect(cast.team().id())) {
      former.await("initial_data");
      team.await("initial_data");

      Reply taken = takeOver(tokenOf(offered), Map.of()).expect(200);

      assertThat(former.awaitClosed()).isEqualTo(4401);
      team.await("the team sees it", each -> "account_taken_over".equals(kindOf(each)));
      assertThat(taken.body().at("/user/id").asLong()).isEqualTo(cast.creator().id());
      assertThat(taken.body().at("/user/email").asText()).isEqualTo(email);
      var zora = server.client().as(taken);
      assertThat(zora.get("/api/me").expect(200).body().at("/user/display_name").asText())
          .isEqualTo("Zora");
      zora.get("/api/book-requests/" + request).expect(200);
      String activity = "/api/activity?creator_id=" + cast.creator().id();
      assertThat(zora.get(activity).body().at("/items/0/kind").asText())
          .isEqualTo("account_taken_over");
      try (var socket = zora.connect(cast.creator().id(), "1")) { // the former owner's position
        socket.await("initial_data");
      }
    }
    cast.creator().client().get("/api/me").expect(401);
    new TestClient(server.url(), Optional.of(secret)).get("/api/me").expect(401);
    signIn(cast.creator().email(), TestServer.PASSWORD).expect(401);
    signIn(email, TestServer.PASSWORD).expect(401);
    signIn(email, NEW).expect(200);
    takeOver(tokenOf(offered), Map.of()).expect(404);
  }

  @Test
  void theNewOwnerIsNobodyElsesSupporterOrTeamMember() {
    Cast elsewhere = server.cast();
    long theirs = elsewhere.creator().id();
    var wish = Map.of("creator_id", theirs, "kind", "supporter", "tier_id", elsewhere.tier());
    String url =
        elsewhere.creator().client().post("/api/invitations", wish).body().get("url").asText();
    var accepted = Map.of("token", url.split("#", 2)[1]);
    cast.creator().client().post("/api/auth/accept", accepted).expect(200);
    elsewhere
        .creator()
        .client()
        .get("/api/supporters/" + cast.creator().id() + "?creator_id=" + theirs)
        .expect(200);

    Reply taken = takeOver(tokenOf(offer(email).expect(201)), Map.of()).expect(200);

    server.client().as(taken).get("/api/creators/" + theirs).expect(404);
    server.client().as(taken).get("/api/creators/" + cast.creator().id()).expect(200);
  }

  @Test
  void rightsOfAnOperatorAreNotHandedOver() {
    server
        .database()
        .write(
            tx ->
                tx.update("UPDATE app_user SET operator = TRUE WHERE id = ?", cast.creator().id()))
        .join();
    cast.creator().client().get("/api/operator/accounts").expect(200);

    Reply taken = takeOver(tokenOf(offer(email).expect(201)), Map.of()).expect(200);

    TestClient zora = server.client().as(taken);
    assertThat(zora.get("/api/me").expect(200).body().get("operator").asBoolean()).isFalse();
    zora.get("/api/operator/accounts").expect(404);
    zora.get("/api/creators/" + cast.creator().id()).expect(200);
  }

  @Test
  void anAnswerThatWasLostMayBeRepeated() {
    String token = tokenOf(offer(email).expect(201));
    var key = Map.of("Idempotency-Key", UUID.randomUUID().toString());
    Reply first = takeOver(token, key).expect(200);
    Reply again = takeOver(token, key).expect(200);

    assertThat(again.body().get("user")).isEqualTo(first.body().get("user"));
  }

  @Test
  void aLinkEndsWhenItIsReplacedOrCancelledOrThePasswordChanges() {
    String replaced = tokenOf(offer(email).expect(201));
    String cancelled = tokenOf(offer(email).expect(201));
    takeOver(replaced, Map.of()).expect(404);
    cast.creator().client().delete(path).expect(204);
    takeOver(cancelled, Map.of()).expect(404);
    JsonNode none = cast.creator().client().get(path).expect(200).body().get("pending");
    assertThat(none.isNull()).isTrue();

    String last = tokenOf(offer(email).expect(201));
    var change = Map.of("current", TestServer.PASSWORD, "new", NEW);
    cast.creator().client().post("/api/auth/password", change).expect(204);
    takeOver(last, Map.of()).expect(404);
  }

  @Test
  void anAddressWithAnAccountIsRefusedAtBothEnds() {
    assertThat(offer(cast.team().email()).expect(409).code()).isEqualTo("email_taken");
    String token = tokenOf(offer(email).expect(201));
    cast.other().client().patch("/api/me", Map.of("email", email)).expect(200);

    assertThat(takeOver(token, Map.of()).expect(409).code()).isEqualTo("email_taken");
    cast.creator().client().get("/api/me").expect(200);
  }

  private static String kindOf(JsonNode message) {
    return message.path("kind").asText();
  }

  private Reply offer(String address) {
    return cast.creator()
        .client()
        .post(path, Map.of("email", address, "password", TestServer.PASSWORD));
  }

  private static String tokenOf(Reply offered) {
    return offered.body().get("url").asText().split("/handover#", 2)[1];
  }

  private Reply takeOver(String token, Map<String, String> headers) {
    var body = Map.of("token", token, "display_name", "Zora", "password", NEW);
    return server.client().postLater("/api/auth/take-over", body, headers).join();
  }

  private Reply signIn(String address, String password) {
    return server.client().post("/api/auth/login", Map.of("email", address, "password", password));
  }
}
