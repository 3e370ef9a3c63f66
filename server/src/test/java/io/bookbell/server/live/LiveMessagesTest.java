package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which messages each user receives, and in which order. */
class LiveMessagesTest {

  @ParameterizedTest
  @EnumSource
  void theFirstFrameShowsWhatTheUserMaySee(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long request = cast.supporter().ask(cast.creator(), "Emma");
    cast.other().ask(cast.creator(), "Persuasion");
    try (var supporter = connect(cast.supporter());
        var team = connect(cast.team())) {
      JsonNode own = supporter.await("initial_data");
      JsonNode all = team.await("initial_data");

      assertThat(own.get("book_requests")).hasSize(1);
      assertThat(own.at("/book_requests/0/id").asLong()).isEqualTo(request);
      assertThat(own.at("/quota/0/used").asInt()).isEqualTo(1);
      assertThat(own.at("/quota/0/remaining").asInt()).isEqualTo(2);
      assertThat(own.get("pending_count")).isEmpty();
      assertThat(own.at("/creators/0/id").asLong()).isEqualTo(cast.creator().id());
      assertThat(all.get("book_requests")).hasSize(2);
      assertThat(all.at("/book_requests/0/title").asText()).isEqualTo("Persuasion");
      assertThat(all.get("quota")).isEmpty();
      assertThat(all.at("/pending_count/" + cast.creator().id()).asInt()).isEqualTo(2);
      assertThat(all.get("unread_notifications").asInt()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNotificationNamesItsCreatorAsInTheList(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    try (var team = connect(cast.team())) {
      team.await("initial_data");
      cast.supporter().ask(cast.creator(), "Emma");
      JsonNode told = team.await("notification").get("notification");
      JsonNode listed = cast.team().client().get("/api/notifications").body().at("/items/0");

      assertThat(told.get("creator_id").asLong()).isEqualTo(cast.creator().id());
      assertThat(listed.get("creator_id")).isEqualTo(told.get("creator_id"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachChangeReachesWhomItConcernsInOrder(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    try (var supporter = connect(cast.supporter());
        var secondTab = connect(cast.supporter());
        var other = connect(cast.other());
        var team = connect(cast.team());
        var creator = connect(cast.creator());
        var stranger = connect(cast.stranger())) {
      List.of(supporter, secondTab, other, team, creator, stranger)
          .forEach(socket -> socket.await("initial_data"));
      long id = cast.supporter().ask(cast.creator(), "Emma");
      String request = "/api/book-requests/" + id;
      cast.team().client().post(request + "/reply", Map.of("body", "Soon")).expect(201);
      cast.supporter().client().post(request + "/reply", Map.of("body", "Good")).expect(201);
      cast.team().client().post(request + "/respond", Map.of("status", "rejected")).expect(200);

      awaitTypes(
          supporter,
          List.of(
              "book_request_update",
              "quota_update",
              "book_request_update",
              "notification",
              "book_request_update",
              "book_request_update",
              "quota_update",
              "notification"));
      awaitTypes(
          team,
          List.of(
              "book_request_update",
              "pending_count_update",
              "notification",
              "book_request_update",
              "book_request_update",
              "notification",
              "book_request_update",
              "pending_count_update"));
      Awaitility.await().until(() -> creator.numbers().size() == team.numbers().size());
      Awaitility.await().until(() -> secondTab.numbers().equals(supporter.numbers()));
      assertThat(actions(supporter))
          .containsExactly("created", "reply_added", "reply_added", "status_changed");
      assertThat(supporter.numbers()).isSorted().doesNotHaveDuplicates();
      assertThat(other.numbers()).isEmpty();
      assertThat(stranger.numbers()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNoticeReachesEverySupporterWithoutANumber(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    try (var supporter = connect(cast.supporter());
        var other = connect(cast.other());
        var team = connect(cast.team());
        var stranger = connect(cast.stranger())) {
      List.of(supporter, other, team, stranger).forEach(socket -> socket.await("initial_data"));
      String path = "/api/creators/" + cast.creator().id();
      cast.creator().client().patch(path, Map.of("notice", "Back on Monday")).expect(200);

      for (TestSocket socket : List.of(supporter, other, team)) {
        JsonNode update = socket.await("creator_update");
        assertThat(update.has("seq")).isFalse();
        assertThat(update.at("/creator/notice").asText()).isEqualTo("Back on Monday");
      }
      assertThat(stranger.frames()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theTeamHearsThatOneOfItsListsHasChanged(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    try (var supporter = connect(cast.supporter());
        var team = connect(cast.team())) {
      List.of(supporter, team).forEach(socket -> socket.await("initial_data"));
      long id = cast.creator().id();
      var creator = cast.creator().client();
      var answer = Map.of("creator_id", id, "name", "Soon", "body", "Next week.");
      creator.post("/api/canned-responses", answer).expect(201);
      var tier = Map.of("creator_id", id, "name", "Bronze", "requests_allowed", 1);
      creator.post("/api/tiers", tier).expect(201);
      String grant = "/api/supporters/" + cast.supporter().id() + "/grant?creator_id=" + id;
      creator.post(grant, Map.of("amount", 1, "reason", "A gift")).expect(200);

      team.await("a grant", message -> message.path("kind").asText().equals("quota_granted"));
      assertThat(team.messages())
          .filteredOn(message -> type(message).equals("desk_update"))
          .allMatch(message -> message.get("creator_id").asLong() == id && !message.has("seq"))
          .extracting(message -> message.get("kind").asText())
          // PostgreSQL's poll may find those of the cast's creation in between
          .containsSubsequence("canned_responses_changed", "tier_created", "quota_granted")
          .containsOnlyOnce("canned_responses_changed", "quota_granted");
      supporter.await("quota_update");
      assertThat(supporter.messages())
          .extracting(LiveMessagesTest::type)
          .doesNotContain("desk_update");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRemovedMemberIsToldAndHearsNothingMore(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    cast.supporter().ask(cast.creator(), "Before");
    try (var team = connect(cast.team());
        var creator = connect(cast.creator())) {
      JsonNode start = team.await("initial_data");
      creator.await("initial_data");
      String member = "/api/team/" + cast.team().id() + "?creator_id=" + cast.creator().id();
      cast.creator().client().delete(member).expect(204);
      JsonNode changed = team.await("access_changed");
      assertThat(changed.get("role").asText()).isEqualTo("none");
      cast.supporter().ask(cast.creator(), "After");

      creator.await("book_request_update");
      team.send("{\"type\":\"ping\"}");
      assertThat(team.await("pong").get("seq")).isEqualTo(changed.get("seq"));
      assertThat(team.messages()).extracting(LiveMessagesTest::type).doesNotContain("notification");
      long before = start.get("seq").asLong();
      try (var again = cast.team().client().connect(cast.team().id(), "" + before)) {
        JsonNode fresh = again.await("initial_data");
        assertThat(fresh.get("book_requests")).isEmpty();
        assertThat(fresh.get("unread_notifications").asInt()).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTierChangeAndAGrantReachTheSupporter(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    try (var supporter = connect(cast.supporter())) {
      supporter.await("initial_data");
      String path = "/api/supporters/" + cast.supporter().id() + "/grant";
      String of = "?creator_id=" + cast.creator().id();
      var grant = Map.of("amount", 2, "reason", "Thanks");
      cast.team().client().post(path + of, grant).expect(200);
      awaitAllowed(supporter, 5);
      cast.creator()
          .client()
          .patch("/api/tiers/" + cast.tier(), Map.of("requests_allowed", 1))
          .expect(200);
      awaitAllowed(supporter, 3);
    }
  }

  private static void awaitAllowed(TestSocket socket, int allowed) {
    socket.await(
        "a quota of " + allowed,
        message ->
            type(message).equals("quota_update")
                && message.at("/quota/allowed").asInt() == allowed);
  }

  private static TestSocket connect(Person person) {
    return person.client().connect(person.id());
  }

  /** Without the {@code desk_update}s of the cast's creation, which the server finds by polling. */
  private static void awaitTypes(TestSocket socket, List<String> types) {
    Awaitility.await().untilAsserted(() -> assertThat(typesOf(socket)).isEqualTo(types));
  }

  private static List<String> typesOf(TestSocket socket) {
    return socket.messages().stream()
        .skip(1)
        .map(LiveMessagesTest::type)
        .filter(type -> !type.equals("desk_update"))
        .toList();
  }

  private static List<String> actions(TestSocket socket) {
    return socket.messages().stream()
        .filter(message -> message.has("action"))
        .map(message -> message.get("action").asText())
        .toList();
  }

  private static String type(JsonNode message) {
    return message.get("type").asText();
  }
}
