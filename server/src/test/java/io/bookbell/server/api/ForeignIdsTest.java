package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Responses don't reveal which ids of others exist: they equal those for ids that don't exist. */
class ForeignIdsTest {
  private static final long NOBODYS = 999_999_999L;

  /**
   * A call with a {@code #} in its path or body, which is replaced by an id.
   *
   * @param body empty for none
   */
  private record Probe(String call, String body, long foreign) {
    /** Returns the status and body, with a {@code #} wherever the body contains the id. */
    String with(long id, TestClient client) {
      String[] parts = call.split(" ", 2);
      String json = body.isEmpty() ? null : body.replace("#", Long.toString(id));
      Reply reply = client.send(parts[0], parts[1].replace("#", Long.toString(id)), json, Map.of());
      String answer = reply.raw().body().replaceFirst("\"status\":\\d+", "");
      return reply.status() + " " + answer.replaceAll("\\b" + id + "\\b", "#");
    }
  }

  @ParameterizedTest
  @EnumSource
  void foreignIdsAreAnsweredLikeThoseOfNobody(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    Cast elsewhere = TestServer.shared(database).cast();
    long creator = cast.creator().id();
    hideAsked(cast.creator());
    long request = cast.supporter().ask(cast.creator(), "Emma");
    var probes = new ArrayList<>(ofRequests(request));
    probes.addAll(ofTheCreator(cast, creator));
    var outsiders =
        Map.of(
            "a creator elsewhere", cast.stranger(),
            "a member of a team elsewhere", elsewhere.team(),
            "a supporter elsewhere", elsewhere.supporter());
    outsiders.forEach(
        (who, person) -> probes.forEach(probe -> assertNothingTold(probe, who, person)));
    ofRequests(request)
        .forEach(probe -> assertNothingTold(probe, "another supporter", cast.other()));
    ofThePeople(cast, elsewhere)
        .forEach(probe -> assertNothingTold(probe, "the creator", cast.creator()));
  }

  private static void assertNothingTold(Probe probe, String who, Person person) {
    assertThat(probe.with(probe.foreign, person.client()))
        .as("%s %s by %s", probe.call, probe.body, who)
        .isEqualTo(probe.with(NOBODYS, person.client()));
  }

  private static void hideAsked(Person creator) {
    creator
        .client()
        .patch("/api/creators/" + creator.id(), Map.of("shows_asked", false))
        .expect(200);
  }

  private static List<Probe> ofRequests(long id) {
    String path = " /api/book-requests/#";
    return List.of(
        new Probe("GET" + path, "", id),
        new Probe("GET" + path + "/replies", "", id),
        new Probe("GET" + path + "/receipts", "", id),
        new Probe("GET" + path + "/seen", "", id),
        new Probe("POST" + path + "/reply", "{\"body\":\"Hi\"}", id),
        new Probe("POST" + path + "/respond", "{\"status\":\"approved\"}", id),
        new Probe("POST" + path + "/cancel", "", id),
        new Probe("POST" + path + "/follow", "", id),
        new Probe("DELETE" + path + "/follow", "", id));
  }

  /** Calls by people who have no relation to the creator. */
  private static List<Probe> ofTheCreator(Cast cast, long creator) {
    String canned =
        Json.writeAsString(Map.of("creator_id", creator, "name", "Thanks", "body", "Thank you"));
    var made = cast.creator().client().post("/api/canned-responses", canned).expect(201).body();
    var link = Map.of("creator_id", creator, "kind", "team");
    var invited = cast.creator().client().post("/api/invitations", link).expect(201).body();
    long invitation = invited.at("/invitation/id").asLong(invited.path("id").asLong());
    long response = made.get("id").asLong();
    String ask = "{\"creator_id\":#,\"title\":\"Emma\",\"author\":\"Austen\"}";
    return Stream.of(
            new Probe("GET /api/creators/#", "", creator),
            new Probe("PATCH /api/creators/#", "{\"notice\":\"Hi\"}", creator),
            new Probe("GET /api/creators/#/picture", "", creator),
            new Probe("DELETE /api/creators/#/picture", "", creator),
            new Probe("GET /api/book-requests?creator_id=#", "", creator),
            new Probe("GET /api/book-requests.csv?creator_id=#", "", creator),
            new Probe("GET /api/book-requests/counts?creator_id=#", "", creator),
            new Probe("GET /api/book-requests/quota?creator_id=#", "", creator),
            new Probe("GET /api/book-requests/pending-count?creator_id=#", "", creator),
            new Probe("GET /api/book-requests/asked?creator_id=#&q=emma", "", creator),
            new Probe("GET /api/book-requests?user_id=#", "", cast.supporter().id()),
            new Probe("POST /api/book-requests", ask, creator),
            new Probe(
                "POST /api/book-requests/respond",
                "{\"creator_id\":#,\"ids\":[1],\"status\":\"approved\"}",
                creator),
            new Probe("GET /api/tiers?creator_id=#", "", creator),
            new Probe(
                "POST /api/tiers",
                "{\"creator_id\":#,\"name\":\"T\",\"requests_allowed\":1}",
                creator),
            new Probe("PATCH /api/tiers/#", "{\"name\":\"T\"}", cast.tier()),
            new Probe("GET /api/supporters?creator_id=#", "", creator),
            new Probe(
                "GET /api/supporters/" + cast.supporter().id() + "?creator_id=#", "", creator),
            new Probe("POST /api/invitations", "{\"creator_id\":#,\"kind\":\"team\"}", creator),
            new Probe("GET /api/invitations?creator_id=#", "", creator),
            new Probe("GET /api/invitations/#", "", invitation),
            new Probe("DELETE /api/invitations/#", "", invitation),
            new Probe("GET /api/team?creator_id=#", "", creator),
            new Probe("POST /api/team/add", "{\"creator_id\":#,\"user_id\":1}", creator),
            new Probe("GET /api/activity?creator_id=#", "", creator),
            new Probe("GET /api/activity.csv?creator_id=#", "", creator),
            new Probe("GET /api/canned-responses?creator_id=#", "", creator),
            new Probe("PATCH /api/canned-responses/#", "{\"name\":\"N\"}", response),
            new Probe("DELETE /api/canned-responses/#", "", response),
            new Probe("DELETE /api/me/memberships/#", "", creator),
            new Probe("DELETE /api/me/teams/#", "", creator),
            new Probe("POST /api/notifications/read", "{\"ids\":[#]}", 1))
        .toList();
  }

  private static long keyOf(Person owner) {
    var terms = Map.of("name", "Bot", "scopes", List.of("read"));
    return owner.client().post("/api/keys", terms).expect(201).body().get("id").asLong();
  }

  /** Calls by a creator with ids that belong to another creator. */
  private static List<Probe> ofThePeople(Cast cast, Cast elsewhere) {
    String of = "?creator_id=" + cast.creator().id();
    long person = elsewhere.supporter().id();
    String creator = "{\"creator_id\":" + cast.creator().id();
    long request = elsewhere.supporter().ask(elsewhere.creator(), "Kindred");
    return List.of(
        new Probe("DELETE /api/keys/#", "", keyOf(elsewhere.creator())),
        new Probe("GET /api/supporters/#" + of, "", person),
        new Probe("PATCH /api/supporters/#" + of, "{\"tier_id\":1}", person),
        new Probe(
            "PATCH /api/supporters/" + cast.supporter().id() + of,
            "{\"tier_id\":#}",
            elsewhere.tier()),
        new Probe("POST /api/supporters/#/grant" + of, "{\"amount\":1,\"reason\":\"x\"}", person),
        new Probe("PATCH /api/team/#" + of, "{\"active\":true}", elsewhere.team().id()),
        new Probe("DELETE /api/team/#" + of, "", elsewhere.team().id()),
        new Probe("POST /api/team/add", creator + ",\"user_id\":#}", person),
        new Probe(
            "POST /api/invitations",
            creator + ",\"kind\":\"supporter\",\"tier_id\":#}",
            elsewhere.tier()),
        new Probe("GET /api/activity" + of + "&actor_id=#", "", person),
        new Probe("GET /api/book-requests" + of + "&user_id=#", "", person),
        new Probe(
            "POST /api/book-requests/respond",
            creator + ",\"ids\":[#],\"status\":\"approved\"}",
            request));
  }
}
