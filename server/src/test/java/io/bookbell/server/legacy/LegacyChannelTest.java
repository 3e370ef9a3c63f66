package io.bookbell.server.legacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import io.lettuce.core.RedisClient;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.embedded.RedisServer;

/**
 * Two nodes and a simulated node of the replaced system, which exchange messages for each other's
 * users through that system's channel.
 */
class LegacyChannelTest {
  private static final String CHANNEL = "book_requests";

  @TempDir Path folder;

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private RedisServer redis;
  private RedisClient client;
  private StatefulRedisPubSubConnection<String, String> subscription;
  private TestServer first;
  private TestServer second;

  @BeforeEach
  void start() throws IOException {
    int port = FreePort.next();
    redis = new RedisServer(port);
    redis.start();
    URI uri = URI.create("redis://127.0.0.1:" + port);
    var serverConfig =
        TestServer.config(TestDatabase.POSTGRESQL.create(folder))
            .withRedis(
                new ServerConfig.RedisConfig(
                    uri, Optional.of(CHANNEL), ServerConfig.RedisConfig.PREFIX));
    first = TestServer.demo(serverConfig);
    second = TestServer.with(serverConfig);
    listen(uri);
    await().untilAsserted(() -> assertThat(metrics(first)).contains("bookbell_legacy_connected 1"));
    await()
        .untilAsserted(() -> assertThat(metrics(second)).contains("bookbell_legacy_connected 1"));
  }

  private void listen(URI uri) {
    client = RedisClient.create(uri.toString());
    subscription = client.connectPubSub();
    subscription.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String channel, String text) {
            heard.add(text);
          }
        });
    subscription.sync().subscribe(CHANNEL);
  }

  @AfterEach
  void stop() throws IOException {
    second.close();
    first.close();
    client.close();
    redis.stop();
  }

  @Test
  void whatANodeCommitsIsToldOnceAndInTheFormOfTheReplacedSystem() {
    try (var supporter = first.signIn("reader1").connect(101);
        var admin = second.signIn("creator").connect(1)) {
      supporter.await("initial_data");
      admin.await("initial_data");

      var wanted = Map.of("creator_id", 1, "title", "Kindred", "author", "Octavia E. Butler");
      first.signIn("reader1").post("/api/book-requests", wanted).expect(201);
      supporter.await("quota_update");
      admin.await("notification");

      await().untilAsserted(() -> assertThat(heardTypes()).contains("notification"));
      assertThat(heardTypes())
          .containsExactly(
              "book_request_update", "quota_update", "pending_count_update", "notification");
      JsonNode update = json(heard.getFirst());
      assertThat(update.has("seq")).isFalse();
      assertThat(update.get("_node").asText()).isNotEmpty();
      assertThat(update.at("/book_request/title").asText()).isEqualTo("Kindred");
      assertThat(targets(update)).containsExactly("1", "10", "11", "101");
      assertThat(targets(json(heard.get(1)))).containsExactly("101");
      assertThat(updates(supporter)).isEqualTo(1);
      assertThat(updates(admin)).isEqualTo(1);
    }
  }

  @Test
  void whatTheReplacedSystemTellsComesOnceToTheSocketsOfItsUsersOnAnyNodeAndIsNotStored() {
    try (var here = first.signIn("reader1").connect(101).withoutCheck();
        var there = second.signIn("reader1").connect(101).withoutCheck();
        var other = first.signIn("reader2").connect(102).withoutCheck()) {
      here.await("initial_data");
      there.await("initial_data");
      other.await("initial_data");

      tell(message("for both").set("_target_users", list("101", "999999")));
      tell(message("the end").set("_target_users", list("101", "102")));

      for (TestSocket socket : List.of(here, there, other)) {
        await().untilAsserted(() -> assertThat(legacy(socket)).contains("the end"));
      }
      assertThat(legacy(here)).containsExactly("for both", "the end");
      assertThat(legacy(there)).containsExactly("for both", "the end");
      assertThat(legacy(other)).containsExactly("the end");
      String frame = here.frames().getLast();
      assertThat(frame).doesNotContain("_target_users", "\"seq\"");
      assertThat(heard).hasSize(2); // no node has forwarded anything
    }
    try (var later = second.signIn("reader1").connect(101).withoutCheck()) {
      later.await("initial_data");
      assertThat(legacy(later)).isEmpty();
    }
  }

  @Test
  void whatIsNotInTheFormIsCountedAndHarmsNothing() {
    try (var socket = first.signIn("reader1").connect(101).withoutCheck()) {
      socket.await("initial_data");

      tell("no JSON");
      tell(message("for nobody"));
      tell(message("from a node").put("_node", "a1").set("_target_users", list("101")));
      tell(message("with a number").put("seq", 1_000_000).set("_target_users", list("101", "x")));

      await().untilAsserted(() -> assertThat(legacy(socket)).containsExactly("with a number"));
      assertThat(metrics(first))
          .contains("\nbookbell_legacy_malformed_total 3.0")
          .contains("\nbookbell_legacy_received_total 1.0");
      socket.send("ping");
      await().until(() -> socket.frames().contains("pong"));
    }
  }

  /**
   * The shapes of the replaced system's report, with ids as texts and without what it leaves out.
   */
  @Test
  void whatItsMessagesLeaveOutIsFilledIn() {
    try (var supporter = first.signIn("reader2").connect(102).withoutCheck();
        var creator = second.signIn("creator").connect(1).withoutCheck()) {
      supporter.await("initial_data");
      creator.await("initial_data");
      tell(
          """
          {"type":"book_request_update","action":"created","_target_users":["1","10","11","102"],
           "book_request":{"id":"987654","user_id":"102","title":"Kindred","link":"https://a.test",
           "status":"PENDING","created_at":"2025-11-05T10:00:00.123456"}}""");
      tell(
          """
          {"type":"pending_count_update","pending_count":"7","_target_users":["1","10","11"]}""");
      tell(
          """
          {"type":"quota_update","_target_users":["102"],
           "quota":{"book_requests_allowed":5,"book_requests_used":"2"}}""");

      JsonNode request = unnumbered(creator, "book_request_update").get("book_request");
      assertThat(request)
          .isEqualTo(
              json(
                  """
                  {"id":987654,"creator_id":1,"user_id":102,"user_name":"%s","title":"Kindred",
                   "author":"Unknown","isbn":null,"note":"https://a.test","status":"pending",
                   "response":null,"responded_by":null,"responded_by_name":null,"refunded":false,
                   "replies":[],"reply_count":0,"created_at":"2025-11-05T10:00:00Z",
                   "updated_at":"%s","cover_id":null,"followers":0}"""
                      .formatted(
                          request.get("user_name").asText(), request.get("updated_at").asText())));
      assertThat(request.get("user_name").asText()).isNotIn("", "?");
      assertThat(unnumbered(supporter, "book_request_update").get("book_request"))
          .isEqualTo(request);
      assertThat(unnumbered(creator, "pending_count_update"))
          .isEqualTo(
              json("{\"type\":\"pending_count_update\",\"creator_id\":1,\"pending_count\":7}"));
      assertThat(unnumbered(supporter, "quota_update").get("quota"))
          .isEqualTo(
              json(
                  """
                  {"creator_id":1,"allowed":5,"used":2,"remaining":3,"period":"none",
                   "resets_at":null}"""));
    }
  }

  private static JsonNode unnumbered(TestSocket socket, String type) {
    return socket.await(
        type, message -> message.path("type").asText().equals(type) && !message.has("seq"));
  }

  private static ObjectNode message(String text) {
    return JsonNodeFactory.instance.objectNode().put("type", "legacy_word").put("text", text);
  }

  private static JsonNode list(String... users) {
    var list = JsonNodeFactory.instance.arrayNode();
    List.of(users).forEach(list::add);
    return list;
  }

  private void tell(JsonNode message) {
    tell(message.toString());
  }

  private void tell(String text) {
    try (var connection = client.connect()) {
      assertThat(connection.sync().publish(CHANNEL, text)).isEqualTo(3);
    }
  }

  private List<String> heardTypes() {
    return heard.stream().map(text -> json(text).get("type").asText()).toList();
  }

  private static List<String> targets(JsonNode message) {
    return message.get("_target_users").valueStream().map(JsonNode::textValue).toList();
  }

  /** The texts of the replaced system's messages, which the API's description doesn't contain. */
  private static List<String> legacy(TestSocket socket) {
    return socket.frames().stream()
        .filter(frame -> frame.contains("legacy_word"))
        .map(frame -> json(frame).get("text").asText())
        .toList();
  }

  private static long updates(TestSocket socket) {
    return socket.messages().stream()
        .filter(message -> message.path("type").asText().equals("book_request_update"))
        .count();
  }

  private static String metrics(TestServer node) {
    return node.client().get("/metrics").expect(200).raw().body();
  }

  private static JsonNode json(String text) {
    try {
      return Json.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }
}
