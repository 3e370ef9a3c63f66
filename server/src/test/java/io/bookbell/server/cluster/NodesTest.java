package io.bookbell.server.cluster;

import static io.bookbell.server.cluster.NodePair.count;
import static io.bookbell.server.cluster.NodePair.showsNotice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.TestServer;
import io.bookbell.server.cluster.NodePair.Doorbell;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestSocket;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Two nodes on one PostgreSQL act as one server, with Redis and without: what one commits is
 * delivered by the other, in order and once.
 */
class NodesTest extends OnTwoNodes {
  private TestClient creator;

  @BeforeEach
  void people() {
    creator = cast.creator().client();
  }

  private String ownPage() {
    return "/api/creators/" + cast.creator().id();
  }

  @Test
  void messagesOfOneNodeReachUsersOnTheOther() {
    try (var supporter = nodes.connectToFirst(cast.supporter());
        var admin = nodes.connectToSecond(cast.creator())) {
      long request = cast.supporter().ask(cast.creator(), "Kindred");
      admin.await("book_request_update");
      admin.await("pending_count_update");
      nodes
          .atSecond(cast.team())
          .post("/api/book-requests/" + request + "/respond", Map.of("status", "approved"))
          .expect(200);

      supporter.await("the approval", message -> isUpdate(message, "status_changed"));
      supporter.await("notification");
    }
  }

  private static boolean isUpdate(JsonNode message, String action) {
    return message.path("action").asText().equals(action);
  }

  @Test
  void manyChangesOnBothArriveInOrderAndOnce() {
    try (var supporter = nodes.atSecond(cast.supporter()).connect(cast.supporter().id())) {
      long before = supporter.await("initial_data").get("seq").asLong();
      long request = cast.supporter().ask(cast.creator(), "Beloved");
      for (int word = 0; word < 20; word++) {
        TestClient team = word % 2 == 0 ? cast.team().client() : nodes.atSecond(cast.team());
        NodePair.reply(team, request, "Word " + word);
      }
      long last = before + 2 + 2 * 20;

      supporter.await("the last", message -> message.path("seq").asLong() == last);

      List<Long> expected = LongStream.rangeClosed(before + 1, last).boxed().toList();
      assertThat(supporter.numbers()).isEqualTo(expected);
    }
  }

  @Test
  void aNoticeIsShownOnceOnEachNode() {
    try (var here = nodes.connectToFirst(cast.supporter());
        var there = nodes.connectToSecond(cast.other())) {
      for (String notice : List.of("One", "Two")) {
        creator.patch(ownPage(), Map.of("notice", notice)).expect(200);
        here.await(notice, message -> showsNotice(message, notice));
        there.await(notice, message -> showsNotice(message, notice));
      }

      assertThat(notices(here)).containsExactly("One", "Two");
      assertThat(notices(there)).containsExactly("One", "Two");
    }
  }

  private static List<String> notices(TestSocket socket) {
    return socket.messages().stream()
        .filter(message -> message.path("type").asText().equals("creator_update"))
        .map(message -> message.at("/creator/notice").asText())
        .toList();
  }

  @Test
  void changesOfTheTeamsListsAreShownOnceOnEachNode() {
    try (var here = nodes.connectToFirst(cast.creator());
        var there = nodes.connectToSecond(cast.team());
        var supporter = nodes.connectToSecond(cast.supporter())) {
      for (int change = 1; change <= 2; change++) {
        int changes = change;
        long id = cast.creator().id();
        var saved = Map.of("creator_id", id, "name", "Reply " + change, "body", "Soon.");
        creator.post("/api/canned-responses", saved).expect(201);
        for (TestSocket socket : List.of(here, there)) {
          await().until(() -> countSavedReplies(socket) == changes);
        }
      }
      creator.patch(ownPage(), Map.of("notice", "The end")).expect(200);
      supporter.await("creator_update");

      assertThat(countSavedReplies(here)).isEqualTo(2);
      assertThat(countSavedReplies(there)).isEqualTo(2);
      assertThat(countSavedReplies(supporter)).isZero();
    }
  }

  private static long countSavedReplies(TestSocket socket) {
    return socket.messages().stream()
        .filter(message -> message.path("type").asText().equals("desk_update"))
        .filter(message -> message.path("kind").asText().equals("canned_responses_changed"))
        .count();
  }

  @Test
  void followersAreShownOnceOnEachNode() {
    long request = cast.supporter().ask(cast.creator(), "Solaris");
    String follow = "/api/book-requests/" + request + "/follow";
    try (var here = nodes.connectToFirst(cast.creator());
        var there = nodes.connectToSecond(cast.team());
        var supporter = nodes.connectToSecond(cast.supporter())) {
      cast.other().client().post(follow, "").expect(200);
      for (TestSocket socket : List.of(here, there, supporter)) {
        socket.await("one follower", message -> hasFollowers(message, request, 1));
      }
      cast.other().client().delete(follow).expect(204);
      for (TestSocket socket : List.of(here, there, supporter)) {
        socket.await("no follower", message -> hasFollowers(message, request, 0));
        assertThat(count(socket, "followers_update")).isEqualTo(2);
      }
    }
  }

  private static boolean hasFollowers(JsonNode message, long request, int followers) {
    return message.path("type").asText().equals("followers_update")
        && message.get("book_request_id").asLong() == request
        && message.get("followers").asInt() == followers;
  }

  /** Typing presence is never stored, so only Redis takes it to another node. */
  @Test
  void aColleagueWhoAnswersIsSeen() {
    long request = cast.supporter().ask(cast.creator(), "Home");
    String answering = "{\"type\":\"answering\",\"book_request_id\":" + request + "}";
    try (var member = nodes.connectToFirst(cast.team());
        var colleague =
            doorbell == Doorbell.REDIS
                ? nodes.connectToSecond(cast.creator())
                : nodes.connectToFirst(cast.creator())) {
      await()
          .untilAsserted(
              () -> {
                member.send(answering); // again: the other node learns of a connection late
                assertThat(colleague.messages()).anyMatch(message -> answers(message, request));
              });

      member.abort();

      colleague.await("the end", message -> answers(message, 0));
    }
  }

  private static boolean answers(JsonNode message, long request) {
    return message.get("type").asText().equals("answering")
        && message.get("book_request_id").asLong() == request;
  }

  /** What isn't durable is never stored, so only Redis takes it to another node. */
  @Test
  void aMessageOfAnotherApplicationReachesUsersOnBothNodes() {
    TestClient program = nodes.first().withKey(1, KeyScope.PUBLISH);
    try (var here = nodes.connectToFirst(cast.supporter());
        var there = nodes.atSecond(cast.other()).connect(cast.other().id())) {
      long before = there.await("initial_data").get("seq").asLong();

      program.post("/api/publish", publication("kept", true)).expect(202);

      here.await("kept");
      assertThat(there.await("kept").get("seq").asLong()).isEqualTo(before + 1);
      List<TestSocket> reached = doorbell == Doorbell.REDIS ? List.of(here, there) : List.of(here);
      await()
          .untilAsserted(
              () -> {
                program.post("/api/publish", publication("brief", false)).expect(202);
                assertThat(reached).allMatch(socket -> count(socket, "brief") > 0);
              });
      assertThat(count(there, "kept")).isEqualTo(1);
    }
  }

  private Map<String, ?> publication(String type, boolean durable) {
    return Map.of(
        "channel",
        "chat",
        "type",
        type,
        "target_user_ids",
        List.of(cast.supporter().id(), cast.other().id()),
        "message",
        Map.of("text", "Hi"),
        "durable",
        durable);
  }

  @Test
  void healthAndMetricsTellHowRedisDoes() {
    switch (doorbell) {
      case NONE -> assertThat(metrics()).doesNotContain("bookbell_redis");
      case REDIS_THAT_IS_AWAY -> awaitRedis("degraded", 0);
      case REDIS -> {
        awaitRedis("up", 1);
        try (var socket = nodes.connectToSecond(cast.supporter())) {
          long request = cast.supporter().ask(cast.creator(), "Sula");
          socket.await("book_request_update");
          await()
              .untilAsserted(
                  () -> {
                    // not published until it is known who is on the other
                    NodePair.reply(cast.team().client(), request, "Soon");
                    assertThat(metrics())
                        .containsPattern("(?m)^bookbell_redis_published_total [1-9]")
                        .containsPattern("(?m)^bookbell_redis_published_bytes_total [1-9]")
                        .containsPattern("(?m)^bookbell_redis_peers 1");
                  });
        }
      }
    }
  }

  private void awaitRedis(String status, int connected) {
    await()
        .untilAsserted(
            () -> {
              var ready = nodes.first().client().get("/health/ready").expect(200).body();
              assertThat(ready.get("status").asText()).isEqualTo(status);
              assertThat(metrics()).contains("\nbookbell_redis_connected " + connected);
            });
  }

  private static String metrics() {
    TestServer first = nodes.first();
    return first.client().get("/metrics").expect(200).raw().body();
  }
}
