package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code GET /api/messages} and the acknowledgements that go with it, on both databases. */
class LongPollTest {

  @ParameterizedTest
  @EnumSource
  void startsWithASnapshotAndGoesOnFromThere(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient client = cast.supporter().client();
    JsonNode first = client.get("/api/messages?wait=20").expect(200).body();
    JsonNode snapshot = first.get("initial_data");
    assertThat(snapshot.get("seq")).isEqualTo(first.get("seq"));
    assertThat(snapshot.get("epoch")).isEqualTo(first.get("epoch"));
    assertThat(first.get("messages")).isEmpty();

    cast.supporter().ask(cast.creator(), "Missed");
    JsonNode next = client.get("/api/messages?wait=20&since=" + position(first)).expect(200).body();
    long from = first.get("seq").asLong();
    long to = next.get("seq").asLong();
    assertThat(to).isGreaterThan(from);
    assertThat(next.get("initial_data").isNull()).isTrue();
    assertThat(next.get("messages").findValuesAsText("seq"))
        .startsWith(
            LongStream.rangeClosed(from + 1, to).mapToObj(Long::toString).toArray(String[]::new));
    assertThat(next.get("messages").get(0).get("type").asText()).isEqualTo("book_request_update");
    assertThat(next.get("unnumbered").get(0).get("type").asText()).isEqualTo("creator_update");

    JsonNode nothing = client.get("/api/messages?since=" + position(next)).expect(200).body();
    assertThat(nothing.get("messages")).isEmpty();
    assertThat(nothing.get("seq").asLong()).isEqualTo(to);
    assertThat(nothing.get("initial_data").isNull()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void isAnsweredInPartsIfTheClientWantsFewer(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient client = cast.supporter().client();
    JsonNode answer = client.get("/api/messages").expect(200).body();
    long last = answer.get("seq").asLong();
    cast.supporter().ask(cast.creator(), "One");
    cast.supporter().ask(cast.creator(), "Two");
    var numbers = new ArrayList<Long>();
    do {
      answer = client.get("/api/messages?limit=1&since=" + position(answer)).expect(200).body();
      answer.get("messages").forEach(message -> numbers.add(message.get("seq").asLong()));
      assertThat(answer.get("messages").size()).isLessThan(2);
    } while (!answer.get("messages").isEmpty());
    assertThat(numbers).hasSizeGreaterThan(3);
    assertThat(numbers)
        .containsExactlyElementsOf(
            LongStream.rangeClosed(last + 1, last + numbers.size()).boxed().toList());
  }

  @ParameterizedTest
  @EnumSource
  void aWaitingPollIsAnsweredByTheNextMessage(TestDatabase database, @TempDir Path folder) {
    try (TestServer server = TestServer.empty(database, folder)) {
      Cast cast = server.cast();
      var poll = startWaiting(server, cast.supporter().client());
      cast.supporter().ask(cast.creator(), "Live");

      JsonNode answer = poll.join().expect(200).body();
      assertThat(answer.at("/messages/0/type").asText()).isEqualTo("book_request_update");
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyWaitingPollsHoldNoConnectionToTheDatabase(TestDatabase database, @TempDir Path folder) {
    try (TestServer server = TestServer.empty(database, folder)) {
      Cast cast = server.cast();
      var polls = new ArrayList<CompletableFuture<Reply>>();
      for (Person person : List.of(cast.supporter(), cast.other(), cast.team())) {
        for (int number = 0; number < 20; number++) {
          polls.add(startWaiting(server, person.client()));
        }
      }
      cast.supporter().ask(cast.creator(), "One");
      cast.other().ask(cast.creator(), "Two");
      polls.forEach(
          poll -> assertThat(poll.join().expect(200).body().get("messages")).isNotEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPollWhoseClientIsGoneBeforeItBeginsFreesItsPlace(
      TestDatabase database, @TempDir Path folder) {
    try (TestServer server = TestServer.empty(database, folder)) {
      TestClient client = server.cast().supporter().client();
      String position = position(client.get("/api/messages").expect(200).body());
      double before = polls(server, "opened_total");
      for (int number = 0; number < 20; number++) {
        try (RawSocket socket = RawSocket.to(server.url())) {
          socket.request(
              """
              GET /api/messages?wait=55&since=%s HTTP/1.1
              Host: localhost
              Authorization: Bearer %s
              """
                  .formatted(position, client.token().orElseThrow()));
        }
      }
      await("all polls").until(() -> polls(server, "opened_total") == before + 20);
      await("no poll").atMost(Duration.ofSeconds(20)).until(() -> waiting(server) == 0);
      client.get("/api/messages").expect(200);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theEndOfTheSessionEndsTheWait(TestDatabase database, @TempDir Path folder) {
    try (TestServer server = TestServer.empty(database, folder)) {
      TestClient client = server.cast().supporter().client();
      var poll = startWaiting(server, client);
      client.post("/api/auth/logout", "").expect(204);

      assertThat(poll.join().expect(401).code()).isEqualTo("unauthorized");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatStopsSaysWhenToComeBack(TestDatabase database, @TempDir Path folder) {
    CompletableFuture<Reply> poll;
    try (TestServer server = TestServer.empty(database, folder)) {
      poll = startWaiting(server, server.cast().supporter().client());
    }
    Reply reply = poll.join().expect(503);
    assertThat(reply.code()).isEqualTo("going_away");
    assertThat(reply.raw().headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 5L);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsOutOfRangeIsRefused(TestDatabase database) {
    TestClient client = TestServer.shared(database).cast().supporter().client();
    for (String query :
        List.of("wait=56", "wait=-1", "wait=x", "limit=0", "limit=1001", "since=x")) {
      Reply reply = client.get("/api/messages?" + query).expect(400);
      assertThat(reply.body().at("/errors/0/field").asText())
          .isEqualTo(query.replaceAll("=.*", ""));
    }
    client.post("/api/messages/ack", Map.of()).expect(400);
    client.post("/api/messages/ack", Map.of("seq", -1)).expect(400);
    client.post("/api/messages/ack", Map.of("seq", 1_000_000)).expect(400);
    TestClient.at(client.url()).get("/api/messages").expect(401);
    TestClient.at(client.url()).post("/api/messages/ack", Map.of("seq", 0)).expect(401);
  }

  @ParameterizedTest
  @EnumSource
  void anAcknowledgementIsSeenByTheTeam(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient client = cast.supporter().client();
    long id = cast.supporter().ask(cast.creator(), "Middlemarch");
    String path = "/api/book-requests/" + id;
    cast.team().client().post(path + "/respond", Map.of("status", "approved")).expect(200);
    JsonNode answer = client.get("/api/messages").expect(200).body();
    assertThat(isReceived(cast, path)).isFalse();

    client.post("/api/messages/ack", Map.of("seq", answer.get("seq").asLong())).expect(204);

    await("the receipt").until(() -> isReceived(cast, path));
  }

  private static boolean isReceived(Cast cast, String path) {
    JsonNode items = cast.team().client().get(path + "/receipts").expect(200).body().get("items");
    return items.get(items.size() - 1).get("received_at").isTextual();
  }

  private static String position(JsonNode answer) {
    return answer.get("epoch").asText() + ":" + answer.get("seq").asLong();
  }

  /**
   * Sends a poll from the newest position, and waits until the server waits, too. Nobody else may
   * use the server.
   */
  private static CompletableFuture<Reply> startWaiting(TestServer server, TestClient client) {
    String position = position(client.get("/api/messages").expect(200).body());
    double before = waiting(server);
    var poll = client.getLater("/api/messages?wait=30&since=" + position);
    await("the poll").until(() -> waiting(server) > before);
    return poll;
  }

  private static double waiting(TestServer server) {
    return polls(server, "connections");
  }

  private static double polls(TestServer server, String metric) {
    return server
        .client()
        .get("/metrics")
        .raw()
        .body()
        .lines()
        .filter(
            line -> line.startsWith("bookbell_transport_" + metric + "{transport=\"long_poll\"}"))
        .mapToDouble(line -> Double.parseDouble(line.replaceFirst(".* ", "")))
        .sum();
  }
}
