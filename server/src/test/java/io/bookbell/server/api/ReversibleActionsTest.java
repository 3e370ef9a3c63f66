package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import io.bookbell.server.verify.InvariantVerifier;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every step that people do with memberships and accounts is undone and done again. Whoever it
 * concerns sees each step on an open page, and the stored data are verified after each.
 */
@ParameterizedClass
@EnumSource
class ReversibleActionsTest {
  private static final int SESSION_ENDED = 4401;

  @Parameter TestDatabase kind;

  private TestServer server;
  private Cast cast;
  private TestClient creator;
  private String of;
  private String supporter;
  private TestSocket supporters;
  private TestSocket team;

  @BeforeEach
  void openPages() {
    server = TestServer.shared(kind);
    cast = server.cast();
    creator = cast.creator().client();
    of = "?creator_id=" + cast.creator().id();
    supporter = "/api/supporters/" + cast.supporter().id();
    cast.supporter().ask(cast.creator(), "Emma");
    supporters = cast.supporter().client().connect(cast.supporter().id());
    team = cast.team().client().connect(cast.team().id());
    supporters.await("initial_data");
    team.await("initial_data");
  }

  @AfterEach
  void closePages() {
    supporters.close();
    team.close();
  }

  @Test
  void aSupporterIsRemovedAndBroughtBack() {
    var back = Map.of("creator_id", cast.creator().id(), "user_id", cast.supporter().id());
    for (int round = 0; round < 2; round++) {
      step(
          () -> creator.delete(supporter + of).expect(204),
          Map.of(supporters, hasRole("none"), team, isKind("supporter_removed")));
      step(
          () -> creator.post("/api/supporters", with(back, "tier_id", cast.tier())).expect(201),
          Map.of(supporters, hasRole("supporter"), team, isKind("supporter_restored")));
      cast.supporter().ask(cast.creator(), "Round " + round);
    }
  }

  @Test
  void aSupporterLeavesAndJoinsAgain() {
    var terms = Map.of("kind", "supporter", "tier_id", cast.tier());
    for (int round = 0; round < 2; round++) {
      step(
          () -> leave("memberships", cast.supporter().client()).expect(204),
          Map.of(supporters, hasRole("none"), team, isKind("supporter_left")));
      step(
          () -> accept(cast.supporter().client(), terms).expect(200),
          Map.of(supporters, hasRole("supporter"), team, isKind("supporter_joined")));
    }
  }

  @Test
  void aSupporterIsBlockedAndUnblocked() {
    var terms = Map.of("kind", "supporter", "tier_id", cast.tier());
    for (int round = 0; round < 2; round++) {
      step(
          () -> creator.post(supporter + "/block" + of, "").expect(204),
          Map.of(supporters, hasRole("none"), team, isKind("supporter_blocked")));
      assertThat(accept(cast.supporter().client(), terms).expect(403).code()).isEqualTo("blocked");
      var back =
          Map.of(
              "creator_id", cast.creator().id(),
              "user_id", cast.supporter().id(),
              "tier_id", cast.tier());
      assertThat(creator.post("/api/supporters", back).expect(403).code()).isEqualTo("blocked");
      step(
          () -> creator.delete(supporter + "/block" + of).expect(204),
          Map.of(team, isKind("supporter_unblocked")));
      step(
          () -> accept(cast.supporter().client(), terms).expect(200),
          Map.of(supporters, hasRole("supporter"), team, isKind("supporter_joined")));
    }
  }

  @Test
  void anAccountIsDisabledAndEnabled() {
    String account = operatorsPathOf(cast.supporter().id());
    TestClient operator = cast.stranger().client();
    for (int round = 0; round < 2; round++) {
      try (TestSocket page = signIn().connect(cast.supporter().id())) {
        page.await("initial_data");
        operator.post(account + "/disable", "").expect(200);
        assertThat(page.awaitClosed()).isEqualTo(SESSION_ENDED);
      }
      everythingIsExact();
      operator.post(account + "/enable", "").expect(200);
      everythingIsExact();
      signIn().get("/api/book-requests/quota" + of).expect(200);
    }
  }

  /** With everything that was there, except what lets others in. */
  @Test
  void anAccountIsNoCreatorAnyMoreAndOneAgain() {
    TestClient owner = cast.creator().client();
    String account = operatorsPathOf(cast.creator().id());
    TestClient operator = cast.stranger().client();
    assertThat(operator.delete(account + "/creator").expect(409).code())
        .isEqualTo("creator_in_use");
    creator.delete(supporter + of).expect(204);
    creator.delete("/api/supporters/" + cast.other().id() + of).expect(204);
    assertThat(operator.delete(account + "/creator").expect(409).code())
        .isEqualTo("creator_in_use");
    creator.delete("/api/team/" + cast.team().id() + of).expect(204);
    String profile = "/api/creators/" + cast.creator().id();
    creator.patch(profile, Map.of("notice", "Back soon")).expect(200);
    JsonNode before = owner.get(profile).expect(200).body();
    JsonNode requests = creator.get("/api/book-requests" + of).expect(200).body();
    try (TestSocket page = owner.connect(cast.creator().id())) {
      page.await("initial_data");
      for (int round = 0; round < 2; round++) {
        var terms =
            Map.of("creator_id", cast.creator().id(), "kind", "supporter", "tier_id", cast.tier());
        Reply link = creator.post("/api/invitations", terms).expect(201);
        step(
            () -> operator.delete(account + "/creator").expect(204), Map.of(page, hasRole("none")));
        operator.delete(account + "/creator").expect(404);
        owner.get(profile).expect(404);
        assertThat(owner.get("/api/me").expect(200).body().get("admin_of")).isEmpty();
        step(
            () -> operator.post(account + "/creator", Map.of("name", "Again")).expect(200),
            Map.of(page, hasRole("admin")));
        JsonNode back = owner.get(profile).expect(200).body();
        assertThat(back.findValue("notice").asText()).isEqualTo("Back soon");
        assertThat(back.findValue("name")).isNotNull().isEqualTo(before.findValue("name"));
        assertThat(owner.get("/api/book-requests" + of).expect(200).body()).isEqualTo(requests);
        cast.supporter()
            .client()
            .post("/api/auth/accept", Map.of("token", tokenOf(link)))
            .expect(404);
      }
    }
    var back =
        Map.of(
            "creator_id", cast.creator().id(),
            "user_id", cast.supporter().id(),
            "tier_id", cast.tier());
    step(
        () -> creator.post("/api/supporters", back).expect(201),
        Map.of(supporters, hasRole("supporter")));
    cast.supporter().ask(cast.creator(), "Afterwards");
  }

  private String operatorsPathOf(long user) {
    server
        .database()
        .write(
            tx ->
                tx.update("UPDATE app_user SET operator = TRUE WHERE id = ?", cast.stranger().id()))
        .join();
    return "/api/operator/accounts/" + user;
  }

  private TestClient signIn() {
    return server.client().signIn(cast.supporter().email(), TestServer.PASSWORD);
  }

  @Test
  void aTierIsDeletedAndMadeAgainAndItsPeopleMoveBack() {
    var terms = Map.of("creator_id", cast.creator().id(), "name", "Gold", "requests_allowed", 7);
    for (int round = 0; round < 2; round++) {
      long gold = creator.post("/api/tiers", terms).expect(201).body().get("id").asLong();
      step(
          () -> creator.patch(supporter + of, Map.of("tier_id", gold)).expect(200),
          Map.of(supporters, allows(7), team, isKind("supporter_tier_changed")));
      step(
          () ->
              creator
                  .send(
                      "DELETE", "/api/tiers/" + gold, "{\"move_to\":" + cast.tier() + "}", Map.of())
                  .expect(204),
          Map.of(supporters, allows(3), team, isKind("tier_deleted")));
    }
  }

  @Test
  void anOwnAllowanceIsSetAndTakenBack() {
    for (int round = 0; round < 2; round++) {
      step(
          () -> creator.patch(supporter + of, Map.of("own_allowance", 9)).expect(200),
          Map.of(supporters, allows(9), team, isKind("allowance_changed")));
      step(
          () ->
              creator
                  .send("PATCH", supporter + of, "{\"own_allowance\":null}", Map.of())
                  .expect(200),
          Map.of(supporters, allows(3), team, isKind("allowance_changed")));
    }
  }

  @Test
  void aGrantIsTakenBackByItsCounterpart() {
    for (int round = 0; round < 2; round++) {
      step(() -> grant(creator, 2).expect(200), Map.of(supporters, allows(5)));
      step(() -> grant(creator, -2).expect(200), Map.of(supporters, allows(3)));
    }
    JsonNode account = creator.get(supporter + of).expect(200).body();
    assertThat(account.findValuesAsText("reason")).filteredOn("Thanks"::equals).hasSize(4);
  }

  private Reply grant(TestClient by, int amount) {
    return by.post(supporter + "/grant" + of, Map.of("amount", amount, "reason", "Thanks"));
  }

  @Test
  void aRoleIsTakenAwayAndGivenBack() {
    String member = "/api/team/" + cast.team().id() + of;
    for (int round = 0; round < 2; round++) {
      step(
          () -> creator.patch(member, Map.of("role", "answer")).expect(200),
          Map.of(team, hasRole("admin")));
      grant(cast.team().client(), 1).expect(403);
      step(
          () -> creator.patch(member, Map.of("role", "everything")).expect(200),
          Map.of(team, hasRole("admin")));
      grant(cast.team().client(), 1).expect(200);
      step(
          () -> creator.patch(member, Map.of("active", false)).expect(200),
          Map.of(team, hasRole("none")));
      cast.team().client().get("/api/team" + of).expect(404);
      step(
          () -> creator.patch(member, Map.of("active", true)).expect(200),
          Map.of(team, hasRole("admin")));
    }
  }

  @Test
  void aTeamMemberIsRemovedOrLeavesAndIsInvitedAgain() {
    String member = "/api/team/" + cast.team().id() + of;
    var terms = Map.of("kind", "team", "team_role", "answer");
    try (TestSocket page = creator.connect(cast.creator().id())) {
      page.await("initial_data");
      step(
          () -> creator.delete(member).expect(204),
          Map.of(team, hasRole("none"), page, isKind("team_member_removed")));
      step(
          () -> accept(cast.team().client(), terms).expect(200),
          Map.of(team, hasRole("admin"), page, isKind("team_member_added")));
      step(
          () -> leave("teams", cast.team().client()).expect(204),
          Map.of(team, hasRole("none"), page, isKind("team_member_removed")));
      leave("teams", cast.team().client()).expect(404);
      step(
          () -> accept(cast.team().client(), terms).expect(200),
          Map.of(team, hasRole("admin"), page, isKind("team_member_added")));
    }
    leave("teams", creator).expect(404);
  }

  @Test
  void anAccountIsHandedOverAndBack() {
    String there = "zora" + UUID.randomUUID().toString().substring(0, 8) + "@owner.test";
    TestClient owner = creator;
    String password = TestServer.PASSWORD;
    for (String email : new String[] {there, cast.creator().email(), there}) {
      TestClient former = owner;
      var offer = Map.of("email", email, "password", password);
      String path = "/api/creators/" + cast.creator().id() + "/handover";
      Reply offered = former.post(path, offer).expect(201);
      password = "password of " + email.length() + " pears";
      var taken = Map.of("token", tokenOf(offered), "display_name", "Owner", "password", password);
      try (TestSocket page = former.connect(cast.creator().id())) {
        page.await("initial_data");
        step(
            () -> server.client().post("/api/auth/take-over", taken).expect(200),
            Map.of(team, isKind("account_taken_over")));
        assertThat(page.awaitClosed()).isEqualTo(SESSION_ENDED);
      }
      former.get("/api/me").expect(401);
      owner = server.client().signIn(email, password);
    }
  }

  /** What the open pages are told about a step, in messages that come after it has begun. */
  private void step(Runnable step, Map<TestSocket, Predicate<JsonNode>> told) {
    var before = new HashMap<TestSocket, Integer>();
    told.keySet().forEach(socket -> before.put(socket, socket.messages().size()));
    step.run();
    told.forEach(
        (socket, wanted) ->
            await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(
                    () ->
                        assertThat(socket.messages().stream().skip(before.get(socket)))
                            .anyMatch(wanted)));
    everythingIsExact();
  }

  private void everythingIsExact() {
    assertThat(InvariantVerifier.verifyInvariants(server.database()).join().breaches()).isEmpty();
  }

  private static Predicate<JsonNode> hasRole(String role) {
    return message ->
        message.path("type").asText().equals("access_changed")
            && message.get("role").asText().equals(role);
  }

  private static Predicate<JsonNode> isKind(String kind) {
    return message -> message.path("kind").asText().equals(kind);
  }

  private static Predicate<JsonNode> allows(int requests) {
    return message ->
        message.path("type").asText().equals("quota_update")
            && message.at("/quota/allowed").asInt() == requests;
  }

  private Reply leave(String what, TestClient client) {
    return client.delete("/api/me/" + what + "/" + cast.creator().id());
  }

  private Reply accept(TestClient client, Map<String, ?> terms) {
    Reply made =
        creator
            .post("/api/invitations", with(terms, "creator_id", cast.creator().id()))
            .expect(201);
    return client.post("/api/auth/accept", Map.of("token", tokenOf(made)));
  }

  private static String tokenOf(Reply made) {
    return made.body().get("url").asText().replaceFirst(".*#", "");
  }

  private static Map<String, Object> with(Map<String, ?> fields, String name, Object value) {
    var all = new HashMap<String, Object>(fields);
    all.put(name, value);
    return all;
  }
}
