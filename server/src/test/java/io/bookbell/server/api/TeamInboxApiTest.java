package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The API of the team inbox: search, filters, bulk answers, saved replies and exports. */
class TeamInboxApiTest {
  private static final String REQUESTS = "/api/book-requests";

  @ParameterizedTest
  @EnumSource
  void searchFindsAPartOfATitle(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long wanted =
        ask(cast, cast.supporter(), "The Left Hand of Darkness", "Please, for Iðunn’s class");
    long other = ask(cast, cast.other(), "吾輩は猫である", "");
    TestClient team = cast.team().client();

    for (String text :
        List.of("left+hand+of+d", "rknes", "LEFT", "somebody+darkness", "iðunn", "supporter")) {
      assertThat(found(team, cast, "&q=" + text)).as(text).containsExactly(wanted);
    }
    assertThat(found(team, cast, "&q=%E7%8C%AB")).as("one character").containsExactly(other);
    assertThat(found(team, cast, "&q=%E7%8C%AB%E3%81%A7%E3%81%82")).containsExactly(other);
    assertThat(found(team, cast, "&q=somebody")).containsExactly(other, wanted);
    assertThat(found(team, cast, "&q=left+foot")).isEmpty();
    assertThat(found(team, cast, "&q=%22left%22")).as("quotes are no words").hasSize(1);
    assertThat(found(team, cast, "&q=left&user_id=" + cast.other().id())).isEmpty();
    assertThat(found(team, cast, "&user_id=" + cast.other().id())).containsExactly(other);
    assertThat(found(cast.other().client(), cast, "&q=left")).as("not theirs").isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void listsAreSortedAndFiltered(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long first = cast.supporter().ask(cast.creator(), "First");
    long second = cast.supporter().ask(cast.creator(), "Second");
    long third = cast.other().ask(cast.creator(), "Third");
    TestClient team = cast.team().client();
    team.post(REQUESTS + "/" + first + "/respond", Map.of("status", "approved")).expect(200);

    assertThat(found(team, cast, "")).containsExactly(third, second, first);
    assertThat(found(team, cast, "&sort=oldest")).containsExactly(first, second, third);
    assertThat(found(team, cast, "&sort=updated")).containsExactly(first, third, second);
    assertThat(found(team, cast, "&sort=updated&status=pending,approved&limit=1"))
        .containsExactly(first, third, second);
    assertThat(found(team, cast, "&status=approved,rejected")).containsExactly(first);
    String newest = team.get(list(cast) + "&limit=1").body().get("next_cursor").asText();
    team.get(list(cast) + "&sort=updated&cursor=" + newest).expect(400);
    team.get(list(cast) + "&status=pending,odd").expect(400);
    team.get(list(cast) + "&sort=best").expect(400);
    JsonNode counts = team.get(REQUESTS + "/counts?creator_id=" + cast.creator().id()).body();
    assertThat(counts.get("pending").asInt()).isEqualTo(2);
    assertThat(counts.get("approved").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aRepeatedBulkDecisionRunsOnce(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long first = cast.supporter().ask(cast.creator(), "One");
    long second = cast.supporter().ask(cast.creator(), "Two");
    TestClient team = cast.team().client();
    var bulk =
        Map.of(
            "creator_id", cast.creator().id(), "ids", List.of(first, second), "status", "rejected");
    var key = Map.of("Idempotency-Key", "bulk");

    JsonNode done =
        team.send("POST", REQUESTS + "/respond", Json.writeAsString(bulk), key).expect(200).body();
    assertThat(done.findValuesAsText("result")).containsExactly("answered", "answered");
    JsonNode again =
        team.send("POST", REQUESTS + "/respond", Json.writeAsString(bulk), key).expect(200).body();
    assertThat(again).isEqualTo(done);
    JsonNode late = cast.creator().client().post(REQUESTS + "/respond", bulk).expect(200).body();
    assertThat(late.findValuesAsText("code"))
        .containsExactly("invalid_transition", "invalid_transition");
    assertThat(late.at("/items/0/book_request/responded_by_name").asText()).isEqualTo("team");
    cast.supporter().client().post(REQUESTS + "/respond", bulk).expect(403);
    cast.stranger().client().post(REQUESTS + "/respond", bulk).expect(404);
  }

  @ParameterizedTest
  @EnumSource
  void savedRepliesBelongToTheTeam(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient team = cast.team().client();
    String path = "/api/canned-responses";
    var soon = Map.of("creator_id", cast.creator().id(), "name", "Soon", "body", "In spring.");

    long id = team.post(path, soon).expect(201).body().get("id").asLong();
    assertThat(team.post(path, soon).expect(409).code()).isEqualTo("canned_response_exists");
    team.patch(path + "/" + id, Map.of("body", "In May.")).expect(200);
    JsonNode kept = cast.creator().client().get(path + "?creator_id=" + cast.creator().id()).body();
    assertThat(kept.at("/items/0/body").asText()).isEqualTo("In May.");
    cast.supporter().client().get(path + "?creator_id=" + cast.creator().id()).expect(403);
    cast.stranger().client().patch(path + "/" + id, Map.of("body", "x")).expect(404);
    team.delete(path + "/" + id).expect(204);
    team.delete(path + "/" + id).expect(404);
  }

  @ParameterizedTest
  @EnumSource
  void aCsvFileHoldsEverythingAndNoFormula(TestDatabase database) {
    TestClient team = TestServer.shared(database).signIn("team1");
    long requests = team.get(REQUESTS + "/counts?creator_id=1").body().findValues("pending").size();
    assertThat(requests).isOne();
    JsonNode counts = team.get(REQUESTS + "/counts?creator_id=1").body();
    long total = 0;
    for (JsonNode count : counts) {
      total += count.asLong();
    }
    String demo = team.get(REQUESTS + ".csv?creator_id=1").expect(200).raw().body();
    assertThat(demo.lines().filter(line -> line.matches("[0-9]+,20.*"))).hasSize((int) total);

    Cast cast = TestServer.shared(database).cast();
    ask(cast, cast.supporter(), "=HYPERLINK(\"http://x\")", "two\nlines, \"quoted\"");
    cast.supporter().ask(cast.creator(), "@SUM(1)");
    var answer =
        cast.team().client().get(REQUESTS + ".csv?sort=oldest&creator_id=" + cast.creator().id());
    String text = answer.expect(200).raw().body();
    assertThat(text).startsWith("\uFEFFid,created_at,").endsWith("\r\n");
    assertThat(text).contains("\"'=HYPERLINK(\"\"http://x\"\")\"", ",'@SUM(1),");
    assertThat(text).contains("\"two\nlines, \"\"quoted\"\"\"");
    assertThat(answer.raw().headers().firstValue("Content-Disposition"))
        .hasValueSatisfying(value -> assertThat(value).contains("attachment"));
    cast.supporter().client().get(REQUESTS + ".csv?creator_id=" + cast.creator().id()).expect(403);
    TestServer.shared(database).client().get(REQUESTS + ".csv?separator=none").expect(401);
    cast.stranger().client().get("/api/activity.csv?creator_id=" + cast.creator().id()).expect(404);
  }

  @ParameterizedTest
  @EnumSource
  void theActivityLogIsFiltered(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long id = cast.supporter().ask(cast.creator(), "Emma");
    TestClient team = cast.team().client();
    team.post(REQUESTS + "/" + id + "/respond", Map.of("status", "approved")).expect(200);
    String log = "/api/activity?creator_id=" + cast.creator().id();

    assertThat(kinds(team, log + "&actor_id=" + cast.team().id()))
        .containsExactly("request_approved", "team_member_added");
    assertThat(kinds(team, log + "&kind=request_created")).containsExactly("request_created");
    assertThat(kinds(team, log + "&from=2090-01-01T00:00:00Z")).isEmpty();
    assertThat(kinds(team, log + "&to=2020-01-01T00:00:00Z")).isEmpty();
    assertThat(kinds(team, log + "&from=2020-01-01T00:00:00Z&to=2090-01-01T00:00:00Z"))
        .isEqualTo(kinds(team, log));
    team.get(log + "&from=yesterday").expect(400);
    String file =
        team.get(log.replace("activity", "activity.csv") + "&kind=request_approved")
            .expect(200)
            .raw()
            .body();
    assertThat(file.lines()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void aSupporterIsShownWithTheirLedger(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    cast.supporter().ask(cast.creator(), "Emma");
    String path = "/api/supporters/" + cast.supporter().id() + "?creator_id=" + cast.creator().id();

    JsonNode shown = cast.team().client().get(path).expect(200).body();
    assertThat(shown.at("/quota/used").asInt()).isOne();
    assertThat(shown.at("/entries/0/title").asText()).isEqualTo("Emma");
    cast.supporter().client().get(path).expect(403);
    cast.stranger().client().get(path).expect(404);
    cast.team().client().get(path.replace("" + cast.supporter().id(), "999999999")).expect(404);
  }

  @ParameterizedTest
  @EnumSource
  void rulesAreShownToSupporters(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    String path = "/api/creators/" + cast.creator().id();
    cast.creator().client().patch(path, Map.of("rules", "One at a time.")).expect(200);
    cast.creator().client().patch(path, Map.of("rules", "x".repeat(2001))).expect(400);

    JsonNode shown = cast.supporter().client().get(path).expect(200).body();
    assertThat(shown.get("rules").asText()).isEqualTo("One at a time.");
  }

  private static long ask(Cast cast, Cast.Person person, String title, String note) {
    var wanted =
        Map.of(
            "creator_id", cast.creator().id(), "title", title, "author", "Somebody", "note", note);
    return person.client().post(REQUESTS, wanted).expect(201).body().get("id").asLong();
  }

  private static String list(Cast cast) {
    return REQUESTS + "?creator_id=" + cast.creator().id();
  }

  private static List<Long> found(TestClient client, Cast cast, String filter) {
    var ids = new ArrayList<Long>();
    String cursor = "";
    while (cursor != null) {
      JsonNode page = client.get(list(cast) + filter + cursor).expect(200).body();
      page.get("items").forEach(item -> ids.add(item.get("id").asLong()));
      JsonNode next = page.get("next_cursor");
      cursor = next.isNull() ? null : "&cursor=" + next.asText();
    }
    return ids;
  }

  private static List<String> kinds(TestClient client, String path) {
    return client.get(path).expect(200).body().findValuesAsText("kind");
  }
}
