package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that an answer can be refused if somebody else has answered meanwhile. */
class ExpectedStatusTest {
  private static final String REQUESTS = "/api/book-requests";

  @ParameterizedTest
  @EnumSource
  void anAnswerThatExpectsAnotherStatusIsRefusedAndTellsWhoWasFirst(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    String path = REQUESTS + "/" + cast.supporter().ask(cast.creator(), "Emma");
    TestClient team = cast.team().client();
    cast.creator().client().post(path + "/respond", Map.of("status", "approved")).expect(200);

    Reply refused = respond(team, path, "rejected", "pending").expect(409);
    assertThat(refused.code()).isEqualTo("invalid_transition");
    assertThat(refused.body().get("detail").asText())
        .startsWith("The request is approved by creator since ")
        .endsWith(" and not pending.");
    assertThat(team.get(path).body().get("status").asText()).isEqualTo("approved");

    respond(team, path, "rejected", "approved").expect(200);
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerToSeveralLeavesThoseWithAnotherStatusAlone(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long first = cast.supporter().ask(cast.creator(), "One");
    long second = cast.supporter().ask(cast.creator(), "Two");
    TestClient team = cast.team().client();
    team.post(REQUESTS + "/" + first + "/respond", Map.of("status", "approved")).expect(200);

    var all =
        Map.of(
            "creator_id", cast.creator().id(), "ids", List.of(first, second), "status", "rejected");
    JsonNode outcomes =
        team.send(
                "POST",
                REQUESTS + "/respond",
                Json.writeAsString(all),
                Map.of("Bookbell-Expected-Status", "pending"))
            .expect(200)
            .body();
    assertThat(outcomes.findValuesAsText("result")).containsExactly("refused", "answered");
    assertThat(outcomes.at("/items/0/book_request/status").asText()).isEqualTo("approved");
  }

  @ParameterizedTest
  @EnumSource
  void onlyAStatusThatCanBeAnsweredIsExpected(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    String path = REQUESTS + "/" + cast.supporter().ask(cast.creator(), "Emma");

    Reply refused = respond(cast.team().client(), path, "approved", "open").expect(400);
    assertThat(refused.body().toString())
        .contains("Bookbell-Expected-Status", "must be pending or approved");

    var twice = Map.of("Bookbell-Expected-Status", "pending", "bookbell-expected-status", "junk");
    String body = Json.writeAsString(Map.of("status", "approved"));
    cast.team().client().send("POST", path + "/respond", body, twice).expect(400);
  }

  private static Reply respond(TestClient client, String path, String status, String expected) {
    return client.send(
        "POST",
        path + "/respond",
        Json.writeAsString(Map.of("status", status)),
        Map.of("Bookbell-Expected-Status", expected));
  }
}
