package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Acknowledgements, and what a client gets when messages it hasn't received are no longer kept. */
class AcknowledgementTest {

  @ParameterizedTest
  @EnumSource
  void anAdminSeesThatTheAnswerHasReachedTheSupporter(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient team = cast.team().client();
    long id = cast.supporter().ask(cast.creator(), "Middlemarch");
    String path = "/api/book-requests/" + id;
    try (var socket = cast.supporter().client().connect(cast.supporter().id())) {
      socket.await("initial_data");
      team.post(path + "/respond", Map.of("status", "approved")).expect(200);
      long seq = socket.await("notification").get("seq").asLong();
      assertThat(answer(team, path).get("received_at").isNull()).isTrue();

      socket.send("{\"type\":\"ack\",\"seq\":%d}".formatted(seq));

      Awaitility.await("the receipt")
          .until(() -> answer(team, path).get("received_at").isTextual());
    }
    cast.supporter().client().get(path + "/receipts").expect(403);
  }

  @ParameterizedTest
  @EnumSource
  void aSupporterSeesThatTheTeamHasWhatTheySaid(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    TestClient supporter = cast.supporter().client();
    long id = cast.supporter().ask(cast.creator(), "Middlemarch");
    String path = "/api/book-requests/" + id;
    cast.team().client().post(path + "/reply", Map.of("body", "Which edition?")).expect(201);
    supporter.post(path + "/reply", Map.of("body", "Any")).expect(201);
    assertThat(seen(supporter, path)).containsExactly(false, false);

    try (var socket = cast.team().client().connect(cast.team().id())) {
      long seq = socket.await("initial_data").get("seq").asLong();
      socket.send("{\"type\":\"ack\",\"seq\":%d}".formatted(seq));
      Awaitility.await("that it is seen").until(() -> !seen(supporter, path).contains(false));
    }
    supporter.post(path + "/reply", Map.of("body", "Please")).expect(201);
    assertThat(seen(supporter, path)).containsExactly(true, true, false);
    cast.team().client().get(path + "/seen").expect(403);
    cast.other().client().get(path + "/seen").expect(404);
  }

  private static List<Boolean> seen(TestClient supporter, String path) {
    JsonNode items = supporter.get(path + "/seen").expect(200).body().get("items");
    return items.findValues("seen").stream().map(JsonNode::asBoolean).toList();
  }

  private static JsonNode answer(TestClient admin, String path) {
    JsonNode items = admin.get(path + "/receipts").expect(200).body().get("items");
    return items.get(items.size() - 1);
  }

  @ParameterizedTest
  @EnumSource
  void whoComesBackFromBeforeWhatIsKeptBeginsAnew(TestDatabase database) {
    TestServer server = TestServer.shared(database);
    Cast cast = server.cast();
    long start;
    try (var socket = cast.supporter().client().connect(cast.supporter().id())) {
      start = socket.await("initial_data").get("seq").asLong();
    }
    cast.supporter().ask(cast.creator(), "Villette");
    var inboxStore = new InboxStore(_ -> {});
    server
        .database()
        .write(
            tx ->
                inboxStore.removeOldest(tx, new UserId(cast.supporter().id()), 100, (_, _) -> true))
        .join();

    try (var socket = cast.supporter().client().connect(cast.supporter().id(), "" + start)) {
      long seq = socket.await("initial_data").get("seq").asLong();
      assertThat(seq).isGreaterThan(start);
      try (var current = cast.supporter().client().connect(cast.supporter().id(), "" + seq)) {
        assertThat(current.await("resumed").get("seq").asLong()).isEqualTo(seq);
      }
    }
  }
}
