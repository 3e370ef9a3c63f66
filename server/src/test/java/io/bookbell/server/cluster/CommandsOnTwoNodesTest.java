package io.bookbell.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.CloseReason;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestSocket;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Commands about accounts and memberships on one node reach the sockets on another, without Redis.
 */
class CommandsOnTwoNodesTest extends PeopleOnTwoNodes {
  @Test
  void anAccountDisabledOnOneNodeIsRefusedOnTheOther() {
    try (TestSocket socket = open(cast.supporter())) {
      order(cast.supporter(), "/disable").expect(200);
      assertThat(socket.awaitClosed()).isEqualTo(ENDED);
    }
    elsewhere(cast.supporter()).get("/api/me").expect(401);
    signInElsewhere(cast.supporter()).expect(403);
    order(cast.supporter(), "/enable").expect(200);
    signInElsewhere(cast.supporter()).expect(200);
  }

  @Test
  void aSessionEndedOnOneNodeIsRefusedOnTheOther() {
    TestClient owner = first.client().signIn(cast.supporter().email(), TestServer.PASSWORD);
    try (TestSocket socket = open(cast.supporter())) {
      owner.delete("/api/sessions").expect(204);
      assertThat(socket.awaitClosed()).isEqualTo(ENDED);
    }
    elsewhere(cast.supporter()).get("/api/me").expect(401);
    try (TestSocket socket = open(cast.other())) {
      String sessions = "/api/operator/accounts/" + cast.other().id() + "/sessions";
      cast.stranger().client().delete(sessions).expect(204);
      assertThat(socket.awaitClosed()).isEqualTo(ENDED);
    }
  }

  @Test
  void aKeyRevokedOnOneNodeIsRefusedOnTheOther() {
    TestClient program = first.withKey(cast.supporter().id(), KeyScope.READ);
    var there = new TestClient(second.url(), program.token());
    try (TestSocket socket = there.connect(cast.supporter().id())) {
      socket.await("initial_data");
      TestClient owner = cast.supporter().client();
      long key = owner.get("/api/keys").body().at("/items/0/id").asLong();
      owner.delete("/api/keys/" + key).expect(204);
      assertThat(socket.awaitClosed()).isEqualTo(ENDED);
    }
    there.get("/api/me").expect(401);
  }

  @Test
  void supportersRemovedOnOneNodeLoseAccessOnTheOther() {
    String supporters = "/api/supporters/";
    Map<Person, Runnable> endings =
        Map.of(
            cast.supporter(),
                () -> creator.delete(supporters + cast.supporter().id() + of).expect(204),
            cast.other(),
                () -> creator.post(supporters + cast.other().id() + "/block" + of, "").expect(204));
    endings.forEach(
        (person, ending) -> {
          try (TestSocket socket = open(person)) {
            ending.run();
            socket.await("the end", hasRole("none"));
          }
          elsewhere(person).get("/api/creators/" + cast.creator().id()).expect(404);
        });

    accept(cast.supporter(), Map.of("kind", "supporter", "tier_id", cast.tier())).expect(200);
    assertThat(
            accept(cast.other(), Map.of("kind", "supporter", "tier_id", cast.tier()))
                .expect(403)
                .code())
        .isEqualTo("blocked");
    try (TestSocket socket = open(cast.supporter())) {
      String membership = "/api/me/memberships/" + cast.creator().id();
      cast.supporter().client().delete(membership).expect(204);
      socket.await("the end", hasRole("none"));
    }
  }

  /**
   * What was sent before the end isn't replayed, so a node that learns of both together lets the
   * client begin again, with a snapshot of what is left. It does so at once, not spread like the
   * clients of a node that shuts down.
   */
  @Test
  void aSupporterRemovedOnOneNodeStartsAnewOnTheOther() {
    Person person = cast.supporter();
    person.ask(cast.creator(), "Emma");
    try (TestSocket socket = open(person)) {
      creator.delete("/api/supporters/" + person.id() + of).expect(204);
      assertThat(socket.awaitClosed()).isEqualTo(CloseReason.GOING_AWAY.code());
      assertThat(Integer.parseInt(socket.closeReason())).as("delay").isLessThanOrEqualTo(500);
    }
    try (TestSocket again = elsewhere(person).connect(person.id(), "1")) {
      assertThat(again.await("initial_data").get("creators")).isEmpty();
    }
  }

  /** Accepts an invitation on the other node. */
  private Reply accept(Person person, Map<String, ?> terms) {
    var all = new HashMap<String, Object>(terms);
    all.put("creator_id", cast.creator().id());
    Reply made = creator.post("/api/invitations", all).expect(201);
    String token = made.body().get("url").asText().replaceFirst(".*#", "");
    return elsewhere(person).post("/api/auth/accept", Map.of("token", token));
  }

  @Test
  void aRoleChangedOnOneNodeAppliesOnTheOther() {
    String grant = "/api/supporters/" + cast.supporter().id() + "/grant" + of;
    var thanks = Map.of("amount", 1, "reason", "Thanks");
    String member = "/api/team/" + cast.team().id() + of;
    elsewhere(cast.team()).post(grant, thanks).expect(200);
    try (TestSocket socket = open(cast.team())) {
      creator.patch(member, Map.of("role", "answer")).expect(200);
      elsewhere(cast.team()).post(grant, thanks).expect(403);
      socket.await("the role", hasRole("admin"));
      creator.patch(member, Map.of("role", "people")).expect(200);
      elsewhere(cast.team()).post(grant, thanks).expect(200);
    }
  }

  @Test
  void aTierDeletedOnOneNodeMovesItsSupportersOnTheOther() {
    var terms = Map.of("creator_id", cast.creator().id(), "name", "Bronze", "requests_allowed", 1);
    long bronze = creator.post("/api/tiers", terms).expect(201).body().get("id").asLong();
    try (TestSocket socket = open(cast.supporter())) {
      String move = "{\"move_to\":" + bronze + "}";
      creator.send("DELETE", "/api/tiers/" + cast.tier(), move, Map.of()).expect(204);
      socket.await(
          "the other allowance",
          message ->
              message.path("type").asText().equals("quota_update")
                  && message.at("/quota/allowed").asInt() == 1);
    }
    JsonNode quota = elsewhere(cast.other()).get("/api/book-requests/quota" + of).body();
    assertThat(quota.get("allowed").asInt()).isEqualTo(1);
  }

  @Test
  void anAccountHandedOverOnOneNodeIsClosedToItsOwnerOnTheOther() {
    String path = "/api/creators/" + cast.creator().id() + "/handover";
    String email = "heir" + cast.creator().id() + "@owner.test";
    var offer = Map.of("email", email, "password", TestServer.PASSWORD);
    String url = creator.post(path, offer).expect(201).body().get("url").asText();
    var taken =
        Map.of(
            "token", url.split("#", 2)[1],
            "display_name", "Heir",
            "password", "eleven green pears");
    try (TestSocket owner = open(cast.creator());
        TestSocket team = open(cast.team())) {
      first.client().post("/api/auth/take-over", taken).expect(200);
      assertThat(owner.awaitClosed()).isEqualTo(ENDED);
      team.await(
          "the team sees it", each -> each.path("kind").asText().equals("account_taken_over"));
    }
    elsewhere(cast.creator()).get("/api/me").expect(401);
  }

  @Test
  void passwordsTurnedOffOnOneNodeAreRefusedOnTheOther() {
    turnPasswords(false);
    try {
      assertThat(signInElsewhere(cast.supporter()).expect(403).code()).isEqualTo("passwords_off");
      elsewhere(cast.supporter()).get("/api/me").expect(200);
    } finally {
      turnPasswords(true);
    }
    signInElsewhere(cast.supporter()).expect(200);
  }

  private static void turnPasswords(boolean on) {
    var services = new Services(Services.ClientNotifier.noOp());
    first
        .database()
        .write(
            tx -> {
              services.passwordSignInSetting.turn(tx, on);
              return on;
            })
        .join();
  }
}
