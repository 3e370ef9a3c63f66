package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Permissions: 404 for what the caller may not see, 403 for what they may see but not do. */
class RolesTest {

  /** A call and the status that each role gets. */
  private record Rule(
      String call, Map<String, ?> body, int creator, int team, int supporter, int stranger) {}

  @ParameterizedTest
  @EnumSource
  void everyCallAnswersEachAsTheyMay(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    for (Rule rule : rules(cast)) {
      assertThat(statuses(rule, cast))
          .as(rule.call)
          .containsExactly(rule.stranger, rule.supporter, rule.team, rule.creator);
      assertThat(call(server.client(), rule).status()).as(rule.call + " by nobody").isEqualTo(401);
    }
  }

  private static List<Integer> statuses(Rule rule, Cast cast) {
    return List.of(cast.stranger(), cast.supporter(), cast.team(), cast.creator()).stream()
        .map(person -> call(person.client(), rule).status())
        .toList();
  }

  private static Reply call(TestClient client, Rule rule) {
    String[] call = rule.call.split(" ", 2);
    String body = rule.body.isEmpty() ? null : Json.writeAsString(rule.body);
    return client.send(call[0], call[1], body, Map.of());
  }

  private static List<Rule> rules(Cast cast) {
    long id = cast.creator().id();
    String of = "?creator_id=" + id;
    String request = "/api/book-requests/" + cast.supporter().ask(cast.creator(), "Emma");
    String foreign = "/api/book-requests/" + cast.other().ask(cast.creator(), "Persuasion");
    String patron = "/api/supporters/" + cast.supporter().id();
    String member = "/api/team/" + cast.team().id();
    var tier = Map.of("creator_id", id, "name", "Tier", "requests_allowed", 1);
    var book = Map.of("creator_id", id, "title", "Kindred", "author", "Butler");
    var invitation = Map.of("creator_id", id, "kind", "team");
    return List.of(
        new Rule("GET " + request, Map.of(), 200, 200, 200, 404),
        new Rule("GET " + foreign, Map.of(), 200, 200, 404, 404),
        new Rule("GET /api/book-requests" + of, Map.of(), 200, 200, 200, 404),
        new Rule("GET /api/book-requests", Map.of(), 200, 200, 200, 200),
        new Rule("GET /api/book-requests/quota" + of, Map.of(), 404, 404, 200, 404),
        new Rule("GET /api/book-requests/pending-count" + of, Map.of(), 200, 200, 403, 404),
        new Rule("POST /api/book-requests", book, 403, 403, 201, 404),
        new Rule("POST " + request + "/reply", Map.of("body", "Hi"), 201, 201, 201, 404),
        new Rule("POST " + foreign + "/reply", Map.of("body", "Hi"), 201, 201, 404, 404),
        new Rule("POST " + foreign + "/cancel", Map.of(), 403, 403, 404, 404),
        new Rule("POST " + foreign + "/respond", Map.of("status", "approved"), 409, 200, 404, 404),
        new Rule("POST " + request + "/respond", Map.of("status", "rejected"), 409, 200, 403, 404),
        new Rule("POST " + request + "/cancel", Map.of(), 403, 403, 409, 404),
        new Rule("GET /api/creators/" + id, Map.of(), 200, 200, 200, 404),
        new Rule("PATCH /api/creators/" + id, Map.of("notice", "Hi"), 200, 403, 403, 404),
        new Rule("GET /api/creators/" + id + "/picture", Map.of(), 404, 404, 404, 404),
        new Rule("DELETE /api/creators/" + id + "/picture", Map.of(), 200, 403, 403, 404),
        new Rule("GET /api/tiers" + of, Map.of(), 200, 200, 403, 404),
        new Rule("POST /api/tiers", tier, 201, 403, 403, 404),
        new Rule("PATCH /api/tiers/" + cast.tier(), Map.of("name", "T2"), 200, 403, 403, 404),
        new Rule("GET /api/supporters" + of, Map.of(), 200, 200, 403, 404),
        new Rule("PATCH " + patron + of, Map.of("tier_id", cast.tier()), 200, 403, 403, 404),
        new Rule(
            "POST " + patron + "/grant" + of,
            Map.of("amount", 1, "reason", "Thanks"),
            200,
            200,
            403,
            404),
        new Rule("POST /api/invitations", invitation, 201, 403, 403, 404),
        new Rule("GET /api/invitations" + of, Map.of(), 200, 403, 403, 404),
        new Rule("GET /api/team" + of, Map.of(), 200, 200, 403, 404),
        new Rule(
            "POST /api/team/add",
            Map.of("creator_id", id, "user_id", cast.other().id()),
            201,
            403,
            403,
            404),
        new Rule("PATCH " + member + of, Map.of("active", true), 200, 403, 403, 404),
        new Rule("GET /api/activity" + of, Map.of(), 200, 200, 403, 404),
        new Rule("GET /api/notifications", Map.of(), 200, 200, 200, 200),
        new Rule("POST /api/notifications/read", Map.of("all", true), 200, 200, 200, 200),
        new Rule("GET /api/admin/cache-stats", Map.of(), 404, 404, 404, 404),
        new Rule("POST /api/ws-ticket", Map.of(), 201, 201, 201, 201),
        new Rule("GET /api/messages", Map.of(), 200, 200, 200, 200),
        new Rule("POST /api/messages/ack", Map.of("seq", 0), 204, 204, 204, 204),
        new Rule("DELETE " + member + of, Map.of(), 204, 403, 403, 404));
  }

  @ParameterizedTest
  @EnumSource
  void theTeamTakesSupportersByIdOrAddressAndNobodyElse(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long id = cast.creator().id();
    String other = cast.other().email().toUpperCase(Locale.ROOT);

    add(cast, Map.of("creator_id", id, "user_id", cast.stranger().id()), 404);
    add(cast, Map.of("creator_id", id, "email", "nobody@cast.test"), 404);
    add(cast, Map.of("creator_id", id, "user_id", 999_999_999), 404);
    add(cast, Map.of("creator_id", 999_999_999, "user_id", cast.other().id()), 404);
    add(cast, Map.of("creator_id", id), 400);
    add(cast, Map.of("creator_id", id, "user_id", 1, "email", "a@b"), 400);
    add(cast, Map.of("creator_id", id, "email", other), 201);
    assertThat(add(cast, Map.of("creator_id", id, "email", other), 409).code())
        .isEqualTo("already_member");
  }

  private static Reply add(Cast cast, Map<String, ?> body, int status) {
    return cast.creator().client().post("/api/team/add", body).expect(status);
  }

  @ParameterizedTest
  @EnumSource
  void aDeactivatedMemberSeesNothingUntilLetInAgain(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    Person team = cast.team();
    String member = "/api/team/" + team.id() + "?creator_id=" + cast.creator().id();
    String requests = "/api/book-requests?creator_id=" + cast.creator().id();

    cast.creator().client().patch(member, Map.of("active", false)).expect(200);
    team.client().get(requests).expect(404);
    cast.creator().client().patch(member, Map.of("active", true)).expect(200);
    team.client().get(requests).expect(200);
  }
}
