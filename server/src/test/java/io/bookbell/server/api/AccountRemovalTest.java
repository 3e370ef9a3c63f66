package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.verify.InvariantVerifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Deleting one's own account: what ends, what stays, and that everything stays exact. */
@ParameterizedClass
@EnumSource
class AccountRemovalTest {
  private static final String REMOVED = "Removed account";

  @Parameter TestDatabase kind;

  private TestServer server;
  private Cast cast;
  private Person ada;
  private TestClient admin;

  @BeforeEach
  void people() {
    server = TestServer.shared(kind);
    cast = server.cast();
    ada = cast.supporter();
    admin = cast.team().client();
  }

  @AfterEach
  void everythingIsExact() {
    assertThat(InvariantVerifier.verifyInvariants(server.database()).join().breaches()).isEmpty();
  }

  @Test
  void nobodyCanSignInAnyMoreAndTheAddressIsFree() {
    TestClient elsewhere = server.client().signIn(ada.email(), TestServer.PASSWORD);
    try (var socket = elsewhere.connect(ada.id())) {
      socket.await("initial_data");

      Reply removed = remove(ada).expect(204);

      assertThat(removed.raw().headers().firstValue("Set-Cookie").orElseThrow())
          .contains("Max-Age=0");
      assertThat(socket.awaitClosed()).isEqualTo(4401);
    }
    ada.client().get("/api/me").expect(401);
    elsewhere.get("/api/me").expect(401);
    var login = Map.of("email", ada.email(), "password", TestServer.PASSWORD);
    server.client().post("/api/auth/login", login).expect(401);
    var newcomer =
        Map.of(
            "token",
            invitation(Map.of("kind", "supporter", "tier_id", cast.tier())),
            "email",
            ada.email(),
            "display_name",
            "Ada",
            "password",
            "twelve red apples");
    Reply joined = server.client().post("/api/auth/accept", newcomer).expect(200);
    assertThat(joined.body().at("/user/id").asLong()).isNotEqualTo(ada.id());
  }

  @Test
  void whatWaitsIsWithdrawnAndWhatWasAnsweredStays() {
    long answered = ada.ask(cast.creator(), "Emma");
    respond(answered, "approved").expect(200);
    long waiting = ada.ask(cast.creator(), "Persuasion");
    ada.client().post("/api/book-requests/" + waiting + "/reply", Map.of("body", "Please!"));
    long others = cast.other().ask(cast.creator(), "Kindred");
    ada.client().post("/api/book-requests/" + others + "/follow", "").expect(200);
    try (var socket = admin.connect(cast.team().id())) {
      socket.await("initial_data");

      remove(ada).expect(204);

      JsonNode count = socket.await("pending_count_update");
      assertThat(count.get("pending_count").asInt()).isEqualTo(1);
    }
    JsonNode withdrawn = read(waiting);
    assertThat(withdrawn.get("status").asText()).isEqualTo("cancelled");
    assertThat(withdrawn.get("refunded").asBoolean()).isTrue();
    assertThat(withdrawn.get("user_name").asText()).isEqualTo(REMOVED);
    assertThat(withdrawn.at("/replies/0/user_name").asText()).isEqualTo(REMOVED);
    assertThat(read(answered).get("status").asText()).isEqualTo("approved");
    assertThat(read(others).get("followers").asInt()).isZero();

    assertThat(respond(answered, "rejected").expect(200).body().get("refunded").asBoolean())
        .isTrue();
  }

  @Test
  void theCreatorHasOneSupporterLess() {
    String of = "?creator_id=" + cast.creator().id();
    try (var socket = admin.connect(cast.team().id())) {
      socket.await("initial_data");

      remove(ada).expect(204);

      socket.await(
          "desk_update", message -> message.path("kind").asText().equals("supporter_left"));
    }
    JsonNode newest = admin.get("/api/activity" + of).expect(200).body().at("/items/0");
    assertThat(newest.get("kind").asText()).isEqualTo("supporter_left");
    assertThat(newest.get("actor_name").asText()).isEqualTo(REMOVED);

    JsonNode supporters = admin.get("/api/supporters" + of).expect(200).body().get("items");
    assertThat(supporters.findValuesAsText("user_id")).containsOnly("" + cast.other().id());
    admin.get("/api/supporters/" + ada.id() + of).expect(404);
    var grant = Map.of("amount", 1, "reason", "Late");
    admin.post("/api/supporters/" + ada.id() + "/grant" + of, grant).expect(404);
    var added = Map.of("creator_id", cast.creator().id(), "user_id", ada.id());
    cast.creator().client().post("/api/team/add", added).expect(404);
  }

  @Test
  void aTeamMemberIsGone() {
    String of = "?creator_id=" + cast.creator().id();
    remove(cast.team()).expect(204);

    TestClient creator = cast.creator().client();
    assertThat(creator.get("/api/team" + of).expect(200).body().get("members")).isEmpty();
    JsonNode newest = creator.get("/api/activity" + of).expect(200).body().at("/items/0");
    assertThat(newest.get("kind").asText()).isEqualTo("team_member_removed");
    assertThat(newest.get("actor_name").asText()).isEqualTo(REMOVED);
  }

  @Test
  void aCreatorWithSupportersStays() {
    assertThat(remove(cast.creator()).expect(409).code()).isEqualTo("has_supporters");
    cast.creator().client().get("/api/creators/" + cast.creator().id()).expect(200);
    String link = invitation(Map.of("kind", "team"));

    remove(ada).expect(204);
    remove(cast.other()).expect(204);
    remove(cast.creator()).expect(204);

    assertThat(admin.get("/api/me").expect(200).body().get("admin_of")).isEmpty();
    admin.get("/api/team?creator_id=" + cast.creator().id()).expect(404);
    cast.stranger().client().post("/api/auth/accept", Map.of("token", link)).expect(404);
  }

  @Test
  void oneWhoIsNoCreatorAnyMoreIsErasedAsOne() {
    var services = new Services(Services.ClientNotifier.noOp());
    var user = new UserId(cast.stranger().id());
    server
        .database()
        .write(
            tx -> {
              services.closeCreator(tx, user);
              return true;
            })
        .join();

    remove(cast.stranger()).expect(204);

    String name =
        server
            .database()
            .read(
                tx ->
                    tx.query("SELECT name FROM creator WHERE id = ?", user)
                        .single(row -> row.getString("name")))
            .join();
    assertThat(name).isEqualTo(REMOVED);
  }

  @Test
  void theNameIsErasedFromAllThatWasStoredWithIt() {
    String name = "Ada Q. Unmistakable";
    ada.client().patch("/api/me", Map.of("display_name", name)).expect(200);
    long request = ada.ask(cast.creator(), "Emma");
    ada.client().post("/api/book-requests/" + request + "/reply", Map.of("body", "Please!"));
    String of = "?creator_id=" + cast.creator().id();
    var grant = Map.of("amount", 1, "reason", "Thanks");
    admin.post("/api/supporters/" + ada.id() + "/grant" + of, grant).expect(200);
    admin.post("/api/book-requests/" + request + "/reply", Map.of("body", "Soon.")).expect(201);
    assertThat(admin.get("/api/activity" + of).raw().body()).contains(name);
    assertThat(admin.get("/api/notifications").raw().body()).contains(name);

    remove(ada).expect(204);
    eraseNames();

    assertThat(admin.get("/api/activity" + of).raw().body()).doesNotContain(name);
    assertThat(admin.get("/api/notifications").raw().body()).contains(REMOVED, "Emma");
    assertThat(admin.get("/api/notifications").raw().body()).doesNotContain(name);
    try (var socket = admin.connect(cast.team().id(), "1")) {
      socket.await("the withdrawal", each -> each.path("action").asText().equals("status_changed"));
      assertThat(socket.messages()).isNotEmpty();
      assertThat(socket.messages().toString()).contains(REMOVED, "Soon.").doesNotContain(name);
    }
  }

  /** What the server does within a minute. */
  private void eraseNames() {
    var services = new Services(Services.ClientNotifier.noOp());
    Instant later = Instant.now().plus(Duration.ofMinutes(1));
    while (server
        .database()
        .write(tx -> services.nameErasure.eraseBatch(tx.atTime(later)))
        .join()) {
      // the next step
    }
  }

  @Test
  void thePasswordIsAskedFor() {
    Reply refused = remove(ada, "not this one").expect(403);

    assertThat(refused.code()).isEqualTo("wrong_password");
    ada.client().get("/api/me").expect(200);
    ada.client().delete("/api/me").expect(400);
    server.client().delete("/api/me").expect(401);
  }

  @Test
  void aRightPasswordIsNeverCountedAsWrong() {
    for (int attempt = 0; attempt < 12; attempt++) {
      assertThat(remove(cast.creator()).expect(409).code()).isEqualTo("has_supporters");
    }
  }

  @Test
  void nothingIsAskedForWhileTheAccountIsRemoved() {
    for (int round = 0; round < 3; round++) {
      Cast people = server.cast();
      Person leaving = people.supporter();
      leaving.ask(people.creator(), "Emma");
      var wanted =
          Map.of("creator_id", people.creator().id(), "title", "Kindred", "author", "Butler");
      var calls = new ArrayList<CompletableFuture<Reply>>();
      for (int call = 0; call < 3; call++) {
        calls.add(leaving.client().postLater("/api/book-requests", wanted, Map.of()));
      }
      calls.add(CompletableFuture.supplyAsync(() -> remove(leaving)));
      for (int call = 0; call < 3; call++) {
        calls.add(leaving.client().postLater("/api/book-requests", wanted, Map.of()));
      }
      calls.forEach(call -> assertThat(call.join().status()).isIn(201, 204, 401, 404, 409));

      String pending = "/api/book-requests/pending-count?creator_id=" + people.creator().id();
      Reply count = people.creator().client().get(pending).expect(200);
      assertThat(count.body().get("pending_count").asInt()).isZero();
    }
  }

  @Test
  void whoJoinsWhileTheAccountIsRemovedHasNotJoined() {
    for (int round = 0; round < 3; round++) {
      Cast people = server.cast();
      Person leaving = people.supporter();
      long elsewhere = cast.creator().id();
      var token = Map.of("token", invitation(Map.of("kind", "team")));
      var calls =
          List.of(
              leaving.client().postLater("/api/auth/accept", token, Map.of()),
              CompletableFuture.supplyAsync(() -> remove(leaving)));
      calls.forEach(call -> assertThat(call.join().status()).isIn(200, 204, 401));

      JsonNode team =
          cast.creator().client().get("/api/team?creator_id=" + elsewhere).expect(200).body();
      assertThat(team.get("members").findValuesAsText("user_id")).doesNotContain("" + leaving.id());
    }
  }

  private String invitation(Map<String, ?> terms) {
    var all = new HashMap<String, Object>(terms);
    all.put("creator_id", cast.creator().id());
    Reply made = cast.creator().client().post("/api/invitations", all).expect(201);
    return made.body().get("url").asText().replaceFirst(".*#", "");
  }

  private Reply respond(long request, String status) {
    return admin.post("/api/book-requests/" + request + "/respond", Map.of("status", status));
  }

  private JsonNode read(long request) {
    return admin.get("/api/book-requests/" + request).expect(200).body();
  }

  private static Reply remove(Person person) {
    return remove(person, TestServer.PASSWORD);
  }

  private static Reply remove(Person person, String password) {
    String json = Json.writeAsString(Map.of("password", password));
    return person.client().send("DELETE", "/api/me", json, Map.of());
  }
}
