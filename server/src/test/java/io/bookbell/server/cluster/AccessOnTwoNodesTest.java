package io.bookbell.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.CloseReason;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestSocket;
import io.bookbell.server.support.TestStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Access that ends on one node ends on the other, and limits count both nodes together. */
class AccessOnTwoNodesTest extends OnTwoNodes {
  private static final int ENDED = CloseReason.SESSION_ENDED.code();

  private Person reader;
  private TestClient creator;

  @BeforeEach
  void people() {
    reader = cast.supporter();
    creator = cast.creator().client();
  }

  /** Signs the reader in once more, at the second node. */
  private TestClient anotherSession() {
    return nodes.second().client().signIn(reader.email(), TestServer.PASSWORD);
  }

  @Test
  void aSessionThatEndsOnOneClosesStreamsAndPollsOnTheOther() {
    TestClient elsewhere = nodes.atSecond(reader);
    try (var stream = TestStream.open(elsewhere, "")) {
      String position = stream.await("initial_data").id().orElseThrow();
      var poll = elsewhere.getLater("/api/messages?wait=55&since=" + position);
      await().until(AccessOnTwoNodesTest::isOnePollOpen);

      reader.client().post("/api/auth/logout", "").expect(204);

      assertThat(stream.await("close").data().get("code").asInt()).isEqualTo(ENDED);
      poll.join().expect(401);
    }
  }

  private static boolean isOnePollOpen() {
    String metrics = nodes.second().client().get("/metrics").raw().body();
    return metrics
        .lines()
        .anyMatch("bookbell_transport_connections{transport=\"long_poll\"} 1.0"::equals);
  }

  @Test
  void aSessionThatEndsOnOneClosesItsSocketsOnTheOther() {
    try (var socket = nodes.connectToSecond(reader);
        var otherSession = anotherSession().connect(reader.id())) {
      otherSession.await("initial_data");

      reader.client().post("/api/auth/logout", "").expect(204);

      assertThat(socket.awaitClosed()).isEqualTo(ENDED);
      assertThat(otherSession.isClosed()).isFalse();
    }
  }

  @Test
  void aKeyThatIsRevokedOnOneIsRefusedAndClosesItsSocketsOnTheOther() {
    TestClient program = nodes.first().withKey(reader.id(), KeyScope.READ);
    var there = new TestClient(nodes.second().url(), program.token());
    there.get("/api/me").expect(200);
    try (var socket = there.connect(reader.id())) {
      socket.await("initial_data");
      JsonNode key = reader.client().get("/api/keys").expect(200).body().at("/items/0");

      reader.client().delete("/api/keys/" + key.get("id").asLong()).expect(204);

      assertThat(socket.awaitClosed()).isEqualTo(ENDED);
      there.get("/api/me").expect(401);
    }
  }

  @Test
  void aChangeOfPasswordOnOneClosesTheOtherSessionsSocketsOnTheOther() {
    TestClient elsewhere = anotherSession();
    try (var socket = elsewhere.connect(reader.id());
        var own = nodes.connectToSecond(reader)) {
      socket.await("initial_data");

      var change = Map.of("current", TestServer.PASSWORD, "new", "eleven green pears");
      reader.client().post("/api/auth/password", change).expect(204);

      assertThat(socket.awaitClosed()).isEqualTo(ENDED);
      elsewhere.get("/api/me").expect(401);
      own.send("{\"type\":\"ping\"}");
      own.await("pong");
    }
  }

  @Test
  void aMemberRemovedOnOneGetsNothingThatTheOtherCommitsAfterwards() {
    String member = "/api/team/" + cast.team().id() + "?creator_id=" + cast.creator().id();
    var there = new Person(reader.id(), reader.email(), nodes.atSecond(reader));
    try (var removed = nodes.connectToSecond(cast.team());
        var admin = nodes.connectToSecond(cast.creator())) {
      there.ask(cast.creator(), "Before");
      removed.await("book_request_update");

      creator.delete(member).expect(204);
      long after = there.ask(cast.creator(), "After");
      admin.await("After", message -> message.at("/book_request/id").asLong() == after);
      removed.await("access_changed");
      nodes
          .atSecond(cast.creator())
          .patch("/api/creators/" + cast.creator().id(), Map.of("notice", "The end"))
          .expect(200);
      admin.await("creator_update");

      assertThat(removed.messages())
          .noneMatch(message -> message.at("/book_request/id").asLong() == after);
    }
  }

  @Test
  void wrongPasswordsAreCountedOnBothTogether() {
    var wrong = Map.of("email", reader.email(), "password", "not this one");
    for (int attempt = 0; attempt < 10; attempt++) {
      TestServer node = attempt % 2 == 0 ? nodes.first() : nodes.second();
      node.client().post("/api/auth/login", wrong).expect(401);
    }
    nodes.first().client().post("/api/auth/login", wrong).expect(429);
    nodes.second().client().post("/api/auth/login", wrong).expect(429);
  }

  @Test
  void aUserHasSoManySocketsOnBothTogether() {
    var sockets = new ArrayList<TestSocket>();
    try {
      for (int count = 0; count < 20; count++) {
        TestServer node = count % 2 == 0 ? nodes.first() : nodes.second();
        sockets.add(socketAt(node));
      }
      for (TestServer node : List.of(nodes.first(), nodes.second())) {
        assertThatThrownBy(() -> socketAt(node))
            .hasRootCauseMessage("Unexpected HTTP response status code 429");
      }

      sockets.removeFirst().abort();

      await("a place that was given back")
          .ignoreExceptions()
          .until(() -> sockets.add(socketAt(nodes.second())));
    } finally {
      sockets.forEach(TestSocket::close);
    }
  }

  private TestSocket socketAt(TestServer node) {
    return TestSocket.at(node.url(), "user_id=" + reader.id(), reader.client().token());
  }
}
