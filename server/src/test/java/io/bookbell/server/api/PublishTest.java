package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages of other applications: who may send them, and how they arrive. */
@ParameterizedClass
@EnumSource
class PublishTest {
  private static final long OPERATOR = 1;
  private static final long NOBODY = 1L << 40;
  private static final String PATH = "/api/publish";
  private static final int MAX_BYTES = 1 << 16;

  @Parameter TestDatabase kind;

  private TestServer server;
  private Cast cast;
  private long reader;
  private TestClient client;
  private TestClient program;

  @BeforeEach
  void people() {
    server = TestServer.shared(kind);
    cast = server.cast();
    reader = cast.supporter().id();
    client = cast.supporter().client();
    program = server.withKey(OPERATOR, KeyScope.PUBLISH);
  }

  private Map<String, Object> publication(boolean durable) {
    return new TreeMap<>(
        Map.of(
            "channel",
            "chat",
            "type",
            "new_message",
            "target_user_ids",
            List.of(reader, reader, cast.other().id(), NOBODY),
            "message",
            Map.of("text", "Hi", "room", 5),
            "durable",
            durable));
  }

  private static void assertIsTheMessage(JsonNode message, long seq) {
    var expected =
        Map.of("seq", seq, "type", "new_message", "channel", "chat", "text", "Hi", "room", 5);
    assertThat(message).isEqualTo(json(Json.writeAsString(expected)));
  }

  private static JsonNode json(String text) {
    try {
      return Json.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDurableMessageComesLiveAndAgainByEveryTransportUnderItsNumber() {
    try (var socket = client.connect(reader);
        var stream = TestStream.open(client, "")) {
      long before = socket.await("initial_data").get("seq").asLong();
      String position = stream.await("initial_data").id().orElseThrow();
      var poll = client.getLater("/api/messages?wait=55&since=" + position);

      JsonNode outcome = program.post(PATH, publication(true)).expect(202).body();
      cast.supporter().ask(cast.creator(), "Emma");

      assertThat(outcome).isEqualTo(json("{\"accepted\":2,\"unknown\":1}"));
      assertIsTheMessage(socket.await("new_message"), before + 1);
      assertThat(socket.await("book_request_update").get("seq").asLong()).isEqualTo(before + 2);
      TestStream.Event event = stream.await("new_message");
      assertIsTheMessage(event.data(), before + 1);
      assertThat(event.seq()).isEqualTo(before + 1);
      assertIsTheMessage(poll.join().expect(200).body().at("/messages/0"), before + 1);
      try (var again = client.connect(reader, position);
          var streamAgain = TestStream.resume(client, position)) {
        assertIsTheMessage(again.await("new_message"), before + 1);
        assertIsTheMessage(streamAgain.await("new_message").data(), before + 1);
      }
      JsonNode polled = client.get("/api/messages?since=" + position).expect(200).body();
      assertIsTheMessage(polled.at("/messages/0"), before + 1);
    }
  }

  @Test
  void aMessageThatIsNotDurableReachesWhoIsConnectedAndIsNotKept() {
    try (var socket = client.connect(reader)) {
      JsonNode snapshot = socket.await("initial_data");

      program.post(PATH, publication(false)).expect(202);

      var expected = "{\"type\":\"new_message\",\"channel\":\"chat\",\"room\":5,\"text\":\"Hi\"}";
      assertThat(socket.await("new_message")).isEqualTo(json(expected));
      String position = snapshot.get("epoch").asText() + ":" + snapshot.get("seq").asLong();
      JsonNode polled = client.get("/api/messages?since=" + position).expect(200).body();
      assertThat(polled.get("messages")).isEmpty();
      assertThat(polled.get("unnumbered")).noneMatch(message -> message.has("channel"));
      socket.send("{\"type\":\"ping\"}");
      assertThat(socket.await("pong").get("seq")).isEqualTo(snapshot.get("seq"));
    }
  }

  @Test
  void aRepeatWithTheSameKeyPublishesOnce() {
    var once = Map.of("Idempotency-Key", UUID.randomUUID().toString());
    String position = position();
    String body = Json.writeAsString(publication(true));

    Reply first = program.send("POST", PATH, body, once).expect(202);
    Reply second = program.send("POST", PATH, body, once).expect(200);

    assertThat(second.body()).isEqualTo(first.body());
    JsonNode polled = client.get("/api/messages?since=" + position).expect(200).body();
    assertThat(polled.get("messages")).hasSize(1);
  }

  private String position() {
    JsonNode answer = client.get("/api/messages").expect(200).body();
    return answer.get("epoch").asText() + ":" + answer.get("seq").asLong();
  }

  @Test
  void onlyAnOperatorsKeyWithTheScopeMayPublish() {
    var allowed = publication(true);
    assertThat(server.client().post(PATH, allowed).expect(401).code()).isEqualTo("unauthorized");
    for (TestClient other :
        List.of(
            server.signIn("creator"),
            client,
            server.withKey(OPERATOR, KeyScope.READ, KeyScope.WRITE, KeyScope.ADMIN))) {
      assertThat(other.post(PATH, allowed).expect(403).code()).isEqualTo("insufficient_scope");
    }
    TestClient formerOperator = server.withKey(cast.creator().id(), KeyScope.PUBLISH);
    assertThat(formerOperator.post(PATH, allowed).expect(403).code()).isEqualTo("forbidden");
  }

  @Test
  void whatCannotBePublishedIsRefusedByField() {
    for (String name : List.of("", "Chat", "c hat", "x".repeat(65), "ö")) {
      assertRefused("channel", name);
      assertRefused("type", name);
    }
    ownTypes().forEach(type -> assertRefused("type", type));
    assertRefused("type", "auth");
    assertRefused("target_user_ids", List.of(0));
    assertRefused("target_user_ids", List.of("1"));
    assertRefused("target_user_ids", LongStream.rangeClosed(1, 10_001).boxed().toList());
    assertRefused("message", "Hi");
    assertRefused("message", List.of());
    assertRefused("message", Map.of("text", "x".repeat(MAX_BYTES)));
    assertRefused("message", Map.of("text", "é".repeat(MAX_BYTES / 2)));
    for (String name : List.of("type", "channel", "seq")) {
      assertRefused("message", Map.of(name, 1));
    }
    assertRefused("durable", "yes");
    for (String field : publication(true).keySet()) {
      assertRefused(field, null);
    }
    String broken = "{\"message\":{\"text\":\"\\ud800\"}}";
    assertThat(program.post(PATH, broken).expect(400).body().get("errors").toString())
        .contains("must not contain broken Unicode");
  }

  /** The type of each message in the description, whoever sends it. */
  private static Stream<String> ownTypes() {
    var live = new Description("asyncapi.yaml");
    return live.names("/components/messages").stream()
        .map(name -> live.at("/components/messages/" + name + "/payload/properties/type/const"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText);
  }

  private void assertRefused(String field, Object value) {
    Map<String, Object> wrong = publication(true);
    wrong.put(field, value);
    Reply refused = program.post(PATH, wrong).expect(400);
    assertThat(refused.body().at("/errors/0/field").asText())
        .as("%s: %s", field, refused.body())
        .isEqualTo(field);
  }

  @Test
  void theLargestMessageReachesTheLargestAudienceAsItWasWritten() {
    List<Long> targets =
        LongStream.concat(LongStream.of(reader), LongStream.range(NOBODY, NOBODY + 9_999))
            .boxed()
            .toList();
    String filler = ",0".repeat((MAX_BYTES - "{\"n\":[1.10,1e400]}".length()) / 2);
    String message = "{\"n\":[1.10,1E+400" + filler.substring(2) + "]}";
    String body =
        "{\"channel\":\"c.h_a-t\",\"type\":\"t\",\"durable\":true,\"target_user_ids\":%s,\"message\":%s}"
            .formatted(targets, message);
    String position = position();

    JsonNode outcome = program.post(PATH, body).expect(202).body();

    assertThat(outcome).isEqualTo(json("{\"accepted\":1,\"unknown\":9999}"));
    String polled = client.get("/api/messages?since=" + position).expect(200).raw().body();
    assertThat(polled).contains("\"channel\":\"c.h_a-t\"," + message.substring(1));
    assertThat(message.length()).isBetween(MAX_BYTES - 3, MAX_BYTES);
  }

  @Test
  void aBodyIsStoredOnceForManyAndAnAudienceMayBeEmpty() {
    String text = "Unique " + UUID.randomUUID();
    Map<String, Object> many = publication(true);
    many.put("message", Map.of("text", text));
    many.put("target_user_ids", LongStream.rangeClosed(1, 2000).boxed().toList());

    int accepted = program.post(PATH, many).expect(202).body().get("accepted").asInt();
    many.put("target_user_ids", List.of());
    assertThat(program.post(PATH, many).expect(202).body().get("accepted").asInt()).isZero();

    assertThat(accepted).isGreaterThan(32);
    assertThat(countRows("SELECT count(*) AS n FROM message WHERE body LIKE ?", "%" + text + "%"))
        .isEqualTo(1);
    assertThat(
            countRows(
                """
                SELECT count(*) AS n FROM inbox JOIN message ON message.id = message_id
                WHERE body LIKE ?""",
                "%" + text + "%"))
        .isEqualTo(accepted);
  }

  private int countRows(String sql, String like) {
    return server.database().read(tx -> tx.query(sql, like).single(row -> row.getInt("n"))).join();
  }

  @Test
  void aRemovedAccountIsUnknown() {
    String password = Json.writeAsString(Map.of("password", TestServer.PASSWORD));
    cast.other().client().send("DELETE", "/api/me", password, Map.of()).expect(204);

    JsonNode outcome = program.post(PATH, publication(true)).expect(202).body();

    assertThat(outcome.get("accepted").asInt()).isEqualTo(1);
    assertThat(outcome.get("unknown").asInt()).isEqualTo(2);
  }
}
