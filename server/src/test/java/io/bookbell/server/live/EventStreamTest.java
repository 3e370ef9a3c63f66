package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestStream;
import io.bookbell.server.support.TestStream.Event;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Server-sent events, on both databases. */
class EventStreamTest {

  @ParameterizedTest
  @EnumSource
  void startsWithASnapshotAndFollowsLive(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    try (var stream = TestStream.open(cast.supporter().client(), "")) {
      assertThat(stream.status()).isEqualTo(200);
      assertThat(stream.header("content-type")).isEqualTo("text/event-stream");
      assertThat(stream.header("cache-control")).isEqualTo("no-store, no-transform");
      assertThat(stream.header("x-accel-buffering")).isEqualTo("no");
      assertThat(stream.header("x-content-type-options")).isEqualTo("nosniff");
      assertThat(stream.header("bookbell")).isEqualTo("1");
      Event start = stream.next();
      assertThat(start.type()).isEqualTo("initial_data");
      assertThat(start.id()).contains(start.data().get("epoch").asText() + ":" + start.seq());

      cast.supporter().ask(cast.creator(), "Live");
      Event created = stream.next();
      assertThat(created.type()).isEqualTo("book_request_update");
      assertThat(created.seq()).isEqualTo(start.seq() + 1);
      assertThat(created.id()).contains(start.data().get("epoch").asText() + ":" + created.seq());
    }
  }

  @ParameterizedTest
  @EnumSource
  void resumesAfterTheLastEventIdThenSendsTheCreators(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    var client = cast.supporter().client();
    Event start = start(cast);
    cast.supporter().ask(cast.creator(), "Missed");
    long head = start(cast).seq();
    for (String query : List.of("since=" + start.id().orElseThrow(), "since=" + start.seq())) {
      try (var stream = TestStream.open(client, query)) {
        assertResumed(stream, start.seq(), head);
      }
    }
    try (var stream = TestStream.resume(client, start.id().orElseThrow())) {
      assertResumed(stream, start.seq(), head);
    }
  }

  private static void assertResumed(TestStream stream, long from, long head) {
    Event resumed = stream.next();
    assertThat(resumed.type()).isEqualTo("resumed");
    assertThat(resumed.id()).as("a position advances with the messages only").isEmpty();
    var numbers = new ArrayList<Long>();
    Event event = stream.next();
    for (; event.isNumbered(); event = stream.next()) {
      numbers.add(event.seq());
    }
    assertThat(numbers)
        .containsExactlyElementsOf(LongStream.rangeClosed(from + 1, head).boxed().toList());
    assertThat(event.type()).isEqualTo("creator_update");
    assertThat(event.id()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aBearerTokenOfAProxyDoesNotHideTheCookie(TestDatabase database) {
    var client = TestServer.shared(database).cast().supporter().client();
    String foreign = "Authorization: Bearer none-of-ours\r\n";
    String cookie = "Cookie: bookbell_session=" + client.token().orElseThrow() + "\r\n";
    assertThat(status(client.url(), "", foreign)).isEqualTo(401);
    assertThat(status(client.url(), "", foreign + cookie)).isEqualTo(200);
  }

  /** Another tab has signed in as somebody else, and the cookie is theirs now. */
  @ParameterizedTest
  @EnumSource
  void aPageThatShowsSomebodyElseIsRefused(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    var client = cast.supporter().client();
    String cookie = "Cookie: bookbell_session=" + client.token().orElseThrow() + "\r\n";
    String shown = "Bookbell-User: %d\r\n";
    assertThat(status(client.url(), "", cookie + shown.formatted(cast.other().id())))
        .isEqualTo(401);
    assertThat(status(client.url(), "", cookie + shown.formatted(cast.supporter().id())))
        .isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource
  void aPositionOfAnotherEpochGetsASnapshot(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    try (var stream = TestStream.resume(cast.supporter().client(), "another:1")) {
      assertThat(stream.next().type()).isEqualTo("initial_data");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theEndOfTheSessionEndsTheStream(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    var client = cast.supporter().client();
    try (var stream = TestStream.open(client, "")) {
      stream.await("initial_data");
      client.post("/api/auth/logout", "").expect(204);
      JsonNode close = stream.await("close").data();
      assertThat(close.get("code").asInt()).isEqualTo(4401);
      assertThat(stream.readEvent()).isEmpty();
    }
    try (var stream = TestStream.open(client, "")) {
      assertThat(stream.status()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyTransportCountsTowardsTheLimit(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    var client = cast.supporter().client();
    var open = new ArrayList<AutoCloseable>();
    for (int number = 0; number < 19; number++) {
      var stream = TestStream.open(client, "");
      stream.await("initial_data");
      open.add(stream);
    }
    var socket = client.connect(cast.supporter().id());
    socket.await("initial_data");
    try (var oneMore = TestStream.open(client, "")) {
      assertThat(oneMore.status()).isEqualTo(429);
    }
    assertThat(client.get("/api/messages?wait=1").expect(429).code())
        .isEqualTo("too_many_connections");
    socket.close();
    open.forEach(EventStreamTest::close);
    org.awaitility.Awaitility.await().until(() -> client.get("/api/messages").status() == 200);
  }

  private static void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatStopsSaysWhenToComeBack(TestDatabase database, @TempDir Path folder) {
    var lines = new ArrayList<String>();
    TestServer server = TestServer.demo(database, folder);
    try (server;
        var stream = TestStream.open(server.signIn("reader1"), "")) {
      stream.await("initial_data");
      server.close();
      for (var line = stream.line(); line.isPresent(); line = stream.line()) {
        lines.add(line.get());
      }
    }
    assertThat(lines).anyMatch(line -> line.matches("retry: [1-9][0-9]{3}"));
    assertThat(lines).contains("event: close").anyMatch(line -> line.contains("\"code\":1001"));
  }

  @ParameterizedTest
  @EnumSource
  void refusesWhatItCannotServe(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    var client = cast.supporter().client();
    String bearer = "Authorization: Bearer " + client.token().orElseThrow() + "\r\n";
    assertThat(status(client.url(), "", "")).isEqualTo(401);
    assertThat(status(client.url(), "since=x", bearer)).isEqualTo(400);
    assertThat(status(client.url(), "", bearer + "Last-Event-ID: x:y:z\r\n")).isEqualTo(400);
    assertThat(status(client.url(), "", bearer + "Origin: https://elsewhere.example\r\n"))
        .isEqualTo(403);
    assertThat(status(client.url(), "", bearer + "Content-Length: 1\r\n\r\nx")).isEqualTo(400);
    String ticket = client.post("/api/ws-ticket", Map.of()).body().get("ticket").asText();
    assertThat(status(client.url(), "ticket=" + ticket, "")).isEqualTo(200);
    assertThat(status(client.url(), "ticket=" + ticket, "")).isEqualTo(401);
  }

  private static int status(String url, String query, String headers) {
    try (var stream = TestStream.open(url, query, headers)) {
      return stream.status();
    }
  }

  private static Event start(Cast cast) {
    try (var stream = TestStream.open(cast.supporter().client(), "")) {
      return stream.await("initial_data");
    }
  }
}
