package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A request from creation to completion, paging, and idempotent commands. */
class RequestsTest {
  private static final String REQUESTS = "/api/book-requests";

  @ParameterizedTest
  @EnumSource
  void aRequestGoesItsWayAndNoOther(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient team = cast.team().client();
    String path = REQUESTS + "/" + cast.supporter().ask(cast.creator(), "  Emma ");

    assertThat(team.get(path).body().get("title").asText()).isEqualTo("Emma");
    respond(team, path, "completed", 409, "invalid_transition");
    respond(team, path, "cancelled", 400, "validation_failed");
    respond(team, path, "approved", 200, "");
    cast.supporter().client().post(path + "/cancel", "").expect(409);
    respond(team, path, "approved", 409, "invalid_transition");
    JsonNode done = respond(team, path, "completed", 200, "").body();
    assertThat(done.get("responded_by").asLong()).isEqualTo(cast.team().id());
    assertThat(done.get("refunded").asBoolean()).isFalse();
    respond(team, path, "rejected", 409, "invalid_transition");
  }

  @ParameterizedTest
  @EnumSource
  void theQuotaIsExactAndExplained(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient supporter = cast.supporter().client();
    long first = cast.supporter().ask(cast.creator(), "One");
    cast.supporter().ask(cast.creator(), "Two");
    cast.supporter().ask(cast.creator(), "Three");

    Reply refused = supporter.post(REQUESTS, book(cast, "Four")).expect(409);
    assertThat(refused.code()).isEqualTo("quota_exhausted");
    supporter.post(REQUESTS + "/" + first + "/cancel", "").expect(200);
    cast.supporter().ask(cast.creator(), "Four");
    JsonNode quota =
        supporter.get(REQUESTS + "/quota?creator_id=" + cast.creator().id()).expect(200).body();
    assertThat(quota.get("used").asInt()).isEqualTo(3);
    assertThat(quota.get("remaining").asInt()).isZero();
    assertThat(quota.get("entries")).hasSize(5);
    cast.creator().client().patch("/api/tiers/" + cast.tier(), Map.of("requests_allowed", 1));
    JsonNode lowered = supporter.get(REQUESTS + "/quota").expect(200).body();
    assertThat(lowered.get("allowed").asInt()).isEqualTo(1);
    assertThat(lowered.get("used").asInt()).isEqualTo(3);
    assertThat(lowered.get("remaining").asInt()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void aPausedCreatorRefusesRequests(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    String creator = "/api/creators/" + cast.creator().id();
    cast.creator().client().patch(creator, Map.of("accepting", false)).expect(200);

    Reply refused = cast.supporter().client().post(REQUESTS, book(cast, "Emma")).expect(409);
    assertThat(refused.code()).isEqualTo("not_accepting");
  }

  @ParameterizedTest
  @EnumSource
  void textsAreTrimmedAndOfAFitLength(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient supporter = cast.supporter().client();
    String longest = "😀".repeat(300);

    Reply asked = supporter.post(REQUESTS, with(cast, "title", "\u3000Emma ")).expect(201);
    assertThat(asked.body().get("title").asText()).isEqualTo("Emma");
    supporter.post(REQUESTS, with(cast, "title", longest)).expect(201);
    supporter.post(REQUESTS, with(cast, "title", longest + "x")).expect(400);
    supporter.post(REQUESTS, with(cast, "title", " \u2003 ")).expect(400);
    supporter.post(REQUESTS, with(cast, "note", "x".repeat(4001))).expect(400);
    supporter.post(REQUESTS, with(cast, "note", "é".repeat(4000))).expect(201);
    supporter.post(REQUESTS, with(cast, "colour", "blue")).expect(400);
    supporter.post(REQUESTS, with(cast, "creator_id", 999_999_999)).expect(404);
  }

  @ParameterizedTest
  @EnumSource
  void pagesHoldEveryItemOnceInOrder(TestDatabase database) {
    TestClient team = TestServer.shared(database).signIn("team1");
    for (String list :
        List.of(
            REQUESTS + "?creator_id=1",
            REQUESTS + "?creator_id=1&status=pending",
            "/api/activity?creator_id=1")) {
      List<Long> ids = all(team, list + "&limit=37", "id");
      assertThat(ids).as(list).hasSizeGreaterThan(20).doesNotHaveDuplicates();
      assertThat(ids).as(list).isSortedAccordingTo((a, b) -> Long.compare(b, a));
      assertThat(ids).as(list).isEqualTo(all(team, list + "&limit=100", "id"));
    }
    List<Long> supporters = all(team, "/api/supporters?creator_id=1&limit=7", "user_id");
    assertThat(supporters).hasSizeGreaterThan(20).isSorted().doesNotHaveDuplicates();
    assertThat(team.get("/api/supporters?creator_id=1&q=READER7@").body().get("items")).hasSize(1);
  }

  private static List<Long> all(TestClient client, String path, String id) {
    var ids = new ArrayList<Long>();
    String cursor = "";
    while (cursor != null) {
      JsonNode page = client.get(path + cursor).expect(200).body();
      page.get("items").forEach(item -> ids.add(item.get(id).asLong()));
      JsonNode next = page.get("next_cursor");
      cursor = next.isNull() ? null : "&cursor=" + next.asText();
    }
    return ids;
  }

  @ParameterizedTest
  @EnumSource
  void aSearchFindsWhatItNames(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    cast.supporter().ask(cast.creator(), "100% Emma_");
    cast.supporter().ask(cast.creator(), "Persuasion");
    TestClient team = cast.team().client();
    String of = REQUESTS + "?creator_id=" + cast.creator().id();

    assertThat(team.get(of + "&q=emma").body().get("items")).hasSize(1);
    assertThat(team.get(of + "&q=0%25").body().get("items")).hasSize(1);
    assertThat(team.get(of + "&q=%25").body().get("items")).isEmpty();
    assertThat(team.get(of + "&q=emma_").body().get("items")).hasSize(1);
    assertThat(team.get(of + "&status=approved").body().get("items")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anIdempotencyKeyMakesACommandOneHoweverOftenItIsSent(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient supporter = cast.supporter().client();
    var key = Map.of("Idempotency-Key", "a key");
    var twins =
        IntStream.range(0, 6)
            .mapToObj(_ -> supporter.postLater(REQUESTS, book(cast, "Emma"), key))
            .toList();
    var replies = twins.stream().map(twin -> twin.join()).toList();

    assertThat(replies.stream().map(Reply::status)).containsOnlyOnce(201).contains(200);
    assertThat(replies.stream().map(Reply::body).distinct()).hasSize(1);
    assertThat(supporter.get(REQUESTS).body().get("items")).hasSize(1);
    String emma = Json.writeAsString(book(cast, "Persuasion"));
    assertThat(supporter.send("POST", REQUESTS, emma, key).expect(409).code())
        .isEqualTo("idempotency_conflict");
    supporter.send("POST", "/api/notifications/read", "{\"all\":true}", key).expect(409);
    cast.other().client().send("POST", REQUESTS, emma, key).expect(201);
  }

  @ParameterizedTest
  @EnumSource
  void aRefusedRequestLeavesNothingStored(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient creator = cast.creator().client();
    String path = "/api/creators/" + cast.creator().id();
    String emma = Json.writeAsString(book(cast, "Emma"));
    var key = Map.of("Idempotency-Key", "refused");

    creator.patch(path, Map.of("accepting", false)).expect(200);
    cast.supporter().client().send("POST", REQUESTS, emma, key).expect(409);
    creator.patch(path, Map.of("accepting", true)).expect(200);
    cast.supporter().client().send("POST", REQUESTS, emma, key).expect(201);
    cast.supporter().client().send("POST", REQUESTS, emma, key).expect(200);
  }

  @ParameterizedTest
  @EnumSource
  void aKeyIsForItsQueryToo(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    String grant = "/api/supporters/" + cast.supporter().id() + "/grant?creator_id=";
    String body = Json.writeAsString(Map.of("amount", 1, "reason", "Thanks"));
    var key = Map.of("Idempotency-Key", "grant");
    TestClient creator = cast.creator().client();

    Reply first = creator.send("POST", grant + cast.creator().id(), body, key).expect(200);
    Reply again = creator.send("POST", grant + cast.creator().id(), body, key).expect(200);
    assertThat(again.body()).isEqualTo(first.body());
    creator.send("POST", grant + cast.stranger().id(), body, key).expect(409);
  }

  private static Reply respond(
      TestClient client, String path, String status, int expected, String code) {
    Reply reply = client.post(path + "/respond", Map.of("status", status)).expect(expected);
    assertThat(reply.code()).isEqualTo(code);
    return reply;
  }

  private static Map<String, Object> book(Cast cast, String title) {
    return Map.of("creator_id", cast.creator().id(), "title", title, "author", "Jane Austen");
  }

  private static Map<String, Object> with(Cast cast, String field, Object value) {
    var book = new HashMap<>(book(cast, "Emma"));
    book.put(field, value);
    return book;
  }
}
