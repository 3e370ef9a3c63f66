package io.bookbell.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.CloseReason;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import io.bookbell.server.support.TestStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import redis.embedded.RedisServer;

/**
 * Two nodes on one PostgreSQL act as one server, with Redis and without: what one commits is
 * delivered by the other, in order and once.
 */
@ParameterizedClass
@EnumSource
class NodesTest {
  /** The backplane between the nodes. */
  enum Doorbell {
    NONE,
    REDIS,
    REDIS_THAT_IS_AWAY
  }

  @Parameter Doorbell doorbell;
  @TempDir Path folder;

  private Optional<RedisServer> redis = Optional.empty();
  private TestServer first;
  private TestServer second;

  @BeforeEach
  void start() throws IOException {
    ServerConfig.StorageConfig storageConfig = TestDatabase.POSTGRESQL.create(folder);
    ServerConfig serverConfig = TestServer.config(storageConfig);
    if (doorbell != Doorbell.NONE) {
      int port = FreePort.next();
      if (doorbell == Doorbell.REDIS) {
        redis = Optional.of(new RedisServer(port));
        redis.get().start();
      }
      serverConfig =
          serverConfig.withRedis(
              new ServerConfig.RedisConfig(
                  URI.create("redis://127.0.0.1:" + port),
                  Optional.empty(),
                  ServerConfig.RedisConfig.PREFIX));
    }
    first = TestServer.demo(serverConfig);
    second = TestServer.with(serverConfig);
  }

  @AfterEach
  void stop() throws IOException {
    second.close();
    first.close();
    if (redis.isPresent()) {
      redis.get().stop();
    }
  }

  @Test
  void theSeedsListOfTwoInstances() {
    try (var supporter = first.signIn("reader1").connect(101);
        var admin = second.signIn("creator").connect(1)) {
      supporter.await("initial_data");
      admin.await("initial_data");

      long request = ask(first, "Kindred");
      admin.await("book_request_update");
      admin.await("pending_count_update");
      second
          .signIn("team1")
          .post("/api/book-requests/" + request + "/respond", Map.of("status", "approved"))
          .expect(200);

      supporter.await("the approval", message -> isUpdate(message, "status_changed"));
      supporter.await("notification");
    }
  }

  @Test
  void manyChangesOnBothArriveInOrderAndOnce() {
    try (var supporter = second.signIn("reader1").connect(101)) {
      long before = supporter.await("initial_data").get("seq").asLong();
      long request = ask(first, "Beloved");
      for (int word = 0; word < 20; word++) {
        TestServer node = word % 2 == 0 ? first : second;
        node.signIn("team1")
            .post("/api/book-requests/" + request + "/reply", Map.of("body", "Word " + word))
            .expect(201);
      }
      long last = before + 2 + 2 * 20;

      supporter.await("the last", message -> message.path("seq").asLong() == last);

      List<Long> expected = LongStream.rangeClosed(before + 1, last).boxed().toList();
      assertThat(supporter.numbers()).isEqualTo(expected);
    }
  }

  @Test
  void aSessionThatEndsOnOneClosesStreamsAndPollsOnTheOther() {
    var reader = first.signIn("reader1");
    var elsewhere = new TestClient(second.url(), reader.token());
    try (var stream = TestStream.open(elsewhere, "")) {
      String position = stream.await("initial_data").id().orElseThrow();
      var poll = elsewhere.getLater("/api/messages?wait=55&since=" + position);
      await()
          .until(
              () ->
                  second
                      .client()
                      .get("/metrics")
                      .raw()
                      .body()
                      .lines()
                      .anyMatch(
                          "bookbell_transport_connections{transport=\"long_poll\"} 1.0"::equals));

      reader.post("/api/auth/logout", "").expect(204);

      assertThat(stream.await("close").data().get("code").asInt()).isEqualTo(4401);
      poll.join().expect(401);
    }
  }

  @Test
  void aSessionThatEndsOnOneClosesItsSocketsOnTheOther() {
    var reader = first.signIn("reader1");
    try (var socket = TestSocket.at(second.url(), "user_id=101", reader.token());
        var otherSession = second.signIn("reader1").connect(101)) {
      socket.await("initial_data");
      otherSession.await("initial_data");

      reader.post("/api/auth/logout", "").expect(204);

      assertThat(socket.awaitClosed()).isEqualTo(CloseReason.SESSION_ENDED.code());
      assertThat(otherSession.isClosed()).isFalse();
    }
  }

  @Test
  void aKeyThatIsRevokedOnOneIsRefusedAndClosesItsSocketsOnTheOther() {
    TestClient program = first.withKey(101, KeyScope.READ);
    var there = new TestClient(second.url(), program.token());
    var owner = first.signIn("reader1");
    there.get("/api/me").expect(200);
    try (var socket = there.connect(101)) {
      socket.await("initial_data");
      JsonNode key = owner.get("/api/keys").expect(200).body().at("/items/0");

      owner.delete("/api/keys/" + key.get("id").asLong()).expect(204);

      assertThat(socket.awaitClosed()).isEqualTo(CloseReason.SESSION_ENDED.code());
      there.get("/api/me").expect(401);
    }
  }

  @Test
  void aChangeOfPasswordOnOneClosesTheOtherSessionsSocketsOnTheOther() {
    var reader = first.signIn("reader2");
    var elsewhere = second.signIn("reader2");
    try (var socket = elsewhere.connect(102);
        var own = TestSocket.at(second.url(), "user_id=102", reader.token())) {
      socket.await("initial_data");
      own.await("initial_data");

      var change = Map.of("current", TestServer.PASSWORD, "new", "eleven green pears");
      reader.post("/api/auth/password", change).expect(204);

      assertThat(socket.awaitClosed()).isEqualTo(CloseReason.SESSION_ENDED.code());
      elsewhere.get("/api/me").expect(401);
      own.send("{\"type\":\"ping\"}");
      own.await("pong");
    }
  }

  @Test
  void aMemberRemovedOnOneGetsNothingThatTheOtherCommitsAfterwards() {
    try (var member = second.signIn("team2").connect(11);
        var admin = second.signIn("creator").connect(1)) {
      member.await("initial_data");
      admin.await("initial_data");
      ask(second, "Before");
      member.await("book_request_update");

      first.signIn("creator").delete("/api/team/11?creator_id=1").expect(204);
      long after = ask(second, "After");
      admin.await("After", message -> message.at("/book_request/id").asLong() == after);
      member.await("access_changed");
      second.signIn("creator").patch("/api/creators/1", Map.of("notice", "The end")).expect(200);
      admin.await("creator_update");

      assertThat(member.messages())
          .noneMatch(message -> message.at("/book_request/id").asLong() == after);
    }
  }

  @Test
  void aNoticeIsShownOnceOnEachNode() {
    try (var here = first.signIn("reader1").connect(101);
        var there = second.signIn("reader2").connect(102)) {
      here.await("initial_data");
      there.await("initial_data");

      for (String notice : List.of("One", "Two")) {
        first.signIn("creator").patch("/api/creators/1", Map.of("notice", notice)).expect(200);
        here.await(notice, message -> shows(message, notice));
        there.await(notice, message -> shows(message, notice));
      }

      assertThat(notices(here)).containsExactly("One", "Two");
      assertThat(notices(there)).containsExactly("One", "Two");
    }
  }

  @Test
  void changesOfTheTeamsListsAndFollowersAreShownOnceOnEachNode() {
    try (var here = first.signIn("team1").connect(10);
        var there = second.signIn("team2").connect(11);
        var supporter = second.signIn("reader1").connect(101)) {
      List.of(here, there, supporter).forEach(socket -> socket.await("initial_data"));
      long request = ask(first, "Solaris");

      for (int change = 1; change <= 2; change++) {
        int changes = change;
        var saved = Map.of("creator_id", 1, "name", "Reply " + change, "body", "Soon.");
        first.signIn("creator").post("/api/canned-responses", saved).expect(201);
        for (TestSocket socket : List.of(here, there)) {
          await().until(() -> count(socket, "desk_update") == changes);
        }
      }
      var follower = first.signIn("reader2");
      follower.post("/api/book-requests/" + request + "/follow", "").expect(200);
      for (TestSocket socket : List.of(here, there, supporter)) {
        socket.await("one follower", message -> hasFollowers(message, request, 1));
      }
      follower.delete("/api/book-requests/" + request + "/follow").expect(204);
      for (TestSocket socket : List.of(here, there, supporter)) {
        socket.await("no follower", message -> hasFollowers(message, request, 0));
        assertThat(count(socket, "followers_update")).isEqualTo(2);
      }
      assertThat(count(here, "desk_update")).isEqualTo(2);
      assertThat(count(there, "desk_update")).isEqualTo(2);
      assertThat(count(supporter, "desk_update")).isZero();
    }
  }

  private static int count(TestSocket socket, String type) {
    return (int)
        socket.messages().stream()
            .filter(message -> message.path("type").asText().equals(type))
            .count();
  }

  private static boolean hasFollowers(JsonNode message, long request, int followers) {
    return message.path("type").asText().equals("followers_update")
        && message.get("book_request_id").asLong() == request
        && message.get("followers").asInt() == followers;
  }

  /** Typing presence is never stored, so only Redis takes it to another node. */
  @Test
  void aColleagueWhoAnswersIsSeen() {
    TestServer elsewhere = doorbell == Doorbell.REDIS ? second : first;
    long request = ask(first, "Home");
    String answering = "{\"type\":\"answering\",\"book_request_id\":" + request + "}";
    try (var member = first.signIn("team1").connect(10);
        var creator = elsewhere.signIn("creator").connect(1)) {
      member.await("initial_data");
      creator.await("initial_data");
      await()
          .untilAsserted(
              () -> {
                member.send(answering); // again: the other node learns of a connection late
                assertThat(creator.messages()).anyMatch(message -> answers(message, request));
              });

      member.abort();

      creator.await("the end", message -> answers(message, 0));
    }
  }

  private static boolean answers(JsonNode message, long request) {
    return message.get("type").asText().equals("answering")
        && message.get("book_request_id").asLong() == request;
  }

  /** What isn't durable is never stored, so only Redis takes it to another node. */
  @Test
  void aMessageOfAnotherApplicationReachesUsersOnBothNodes() {
    TestClient program = first.withKey(1, KeyScope.PUBLISH);
    try (var here = first.signIn("reader1").connect(101);
        var there = second.signIn("reader2").connect(102)) {
      here.await("initial_data");
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

  private static Map<String, ?> publication(String type, boolean durable) {
    return Map.of(
        "channel",
        "chat",
        "type",
        type,
        "target_user_ids",
        List.of(101, 102),
        "message",
        Map.of("text", "Hi"),
        "durable",
        durable);
  }

  @Test
  void wrongPasswordsAreCountedOnBothTogether() {
    var wrong = Map.of("email", "reader3@demo.test", "password", "not this one");
    for (int attempt = 0; attempt < 10; attempt++) {
      TestServer node = attempt % 2 == 0 ? first : second;
      node.client().post("/api/auth/login", wrong).expect(401);
    }
    first.client().post("/api/auth/login", wrong).expect(429);
    second.client().post("/api/auth/login", wrong).expect(429);
  }

  @Test
  void healthAndMetricsTellHowRedisDoes() {
    switch (doorbell) {
      case NONE -> assertThat(metrics()).doesNotContain("bookbell_redis");
      case REDIS_THAT_IS_AWAY -> awaitRedis("degraded", 0);
      case REDIS -> {
        awaitRedis("up", 1);
        try (var socket = second.signIn("reader1").connect(101)) {
          socket.await("initial_data");
          long request = ask(first, "Sula");
          socket.await("book_request_update");
          await()
              .untilAsserted(
                  () -> {
                    reply(first, request); // not published until it is known who is on the other
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
              var ready = first.client().get("/health/ready").expect(200).body();
              assertThat(ready.get("status").asText()).isEqualTo(status);
              assertThat(metrics()).contains("\nbookbell_redis_connected " + connected);
            });
  }

  private String metrics() {
    return first.client().get("/metrics").expect(200).raw().body();
  }

  @Test
  void aUserHasSoManySocketsOnBothTogether() {
    var reader = first.signIn("reader4");
    var sockets = new ArrayList<TestSocket>();
    try {
      for (int count = 0; count < 20; count++) {
        TestServer node = count % 2 == 0 ? first : second;
        sockets.add(TestSocket.at(node.url(), "user_id=104", reader.token()));
      }
      for (TestServer node : List.of(first, second)) {
        assertThatThrownBy(() -> TestSocket.at(node.url(), "user_id=104", reader.token()))
            .hasRootCauseMessage("Unexpected HTTP response status code 429");
      }

      sockets.removeFirst().abort();

      await("a place that was given back")
          .ignoreExceptions()
          .until(() -> sockets.add(TestSocket.at(second.url(), "user_id=104", reader.token())));
    } finally {
      sockets.forEach(TestSocket::close);
    }
  }

  @Test
  void whoeverIsConnectedBeginsAnewWhenTheDatabaseIsRestored() {
    try (var socket = first.signIn("reader5").connect(105);
        var elsewhere = second.signIn("reader7").connect(107)) {
      JsonNode before = socket.await("initial_data");
      elsewhere.await("initial_data");

      first
          .database()
          .write(
              tx -> {
                EpochStore.renewEpoch(tx);
                return true;
              })
          .join();

      assertThat(socket.awaitClosed()).isEqualTo(CloseReason.GOING_AWAY.code());
      assertThat(elsewhere.awaitClosed()).isEqualTo(CloseReason.GOING_AWAY.code());
      String position = before.get("epoch").asText() + ":" + before.get("seq").asLong();
      try (var again = second.signIn("reader5").connect(105, position)) {
        assertThat(again.await("initial_data").get("epoch")).isNotEqualTo(before.get("epoch"));
      }
    }
  }

  @Test
  void whatWasKnownOfTheDatabaseBeforeIsForgotten() {
    Cast cast = first.cast();
    long id = cast.creator().id();
    long stranger = cast.stranger().id();
    var creator = cast.creator().client();
    try (var socket = cast.supporter().client().connect(cast.supporter().id())) {
      socket.await("initial_data");
      creator.patch("/api/creators/" + id, Map.of("notice", "Before")).expect(200);
      socket.await("the notice", message -> shows(message, "Before"));

      first.database().write(tx -> replacedByOneWith(tx, id, stranger, cast.tier())).join();
      assertThat(socket.awaitClosed()).isEqualTo(CloseReason.GOING_AWAY.code());
    }

    try (var socket = cast.stranger().client().connect(stranger)) {
      socket.await("initial_data");
      creator.patch("/api/creators/" + id, Map.of("notice", "After")).expect(200);
      socket.await("the notice", message -> shows(message, "After"));
    }
  }

  /**
   * Simulates a failover to a database with another history: the same versions, but other
   * supporters.
   */
  private static int replacedByOneWith(Transaction tx, long creator, long supporter, long tier) {
    EpochStore.renewEpoch(tx);
    return tx.update(
        """
        INSERT INTO membership (creator_id, user_id, tier_id, period_key, created_at)
        VALUES (?, ?, ?, 'none', 1)\
        """,
        creator,
        supporter,
        tier);
  }

  private static long ask(TestServer node, String title) {
    var wanted = Map.of("creator_id", 1, "title", title, "author", "Somebody");
    var answer = node.signIn("reader1").post("/api/book-requests", wanted).expect(201);
    return answer.body().get("id").asLong();
  }

  private static void reply(TestServer node, long request) {
    node.signIn("team1")
        .post("/api/book-requests/" + request + "/reply", Map.of("body", "Soon"))
        .expect(201);
  }

  private static boolean isUpdate(JsonNode message, String action) {
    return message.path("action").asText().equals(action);
  }

  private static boolean shows(JsonNode message, String notice) {
    return message.at("/creator/notice").asText().equals(notice);
  }

  private static List<String> notices(TestSocket socket) {
    return socket.messages().stream()
        .filter(message -> message.path("type").asText().equals("creator_update"))
        .map(message -> message.at("/creator/notice").asText())
        .toList();
  }
}
