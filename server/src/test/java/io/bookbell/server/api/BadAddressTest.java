package io.bookbell.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.RawSocket.Answer;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Invalid paths, queries, methods and headers. */
class BadAddressTest {
  private static final List<String> ODD_IDS =
      List.of(
          "0",
          "-1",
          "1e30",
          "9223372036854775808",
          "99999999999999999999",
          "x",
          "%00",
          "1.0",
          "%D9%A1",
          "+1",
          "%20",
          "9223372036854775807");

  private static final List<String> ODD_QUERIES =
      List.of(
          "creator_id=0",
          "creator_id=-1",
          "creator_id=x",
          "creator_id=9223372036854775808",
          "creator_id=1&creator_id=2",
          "limit=0&creator_id=1",
          "limit=101&creator_id=1",
          "limit=x&creator_id=1",
          "limit=&creator_id=1",
          "cursor=!&creator_id=1",
          "cursor=LTE&creator_id=1",
          "cursor=eA&creator_id=1",
          "cursor=&creator_id=1",
          "cursor=MA&creator_id=1",
          "cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5&creator_id=1",
          "status=x&q=%00&creator_id=1",
          "creator_id=%zz",
          "creator_id=%",
          "%ff=1&limit=0");

  @ParameterizedTest
  @EnumSource
  void anOddIdIsNobodysAndNothings(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    String of = "?creator_id=" + cast.creator().id();
    try (var socket = RawSocket.to(server.url())) {
      for (String id : ODD_IDS) {
        for (String line :
            List.of(
                "GET /api/book-requests/" + id,
                "POST /api/book-requests/" + id + "/cancel",
                "GET /api/creators/" + id,
                "GET /api/invitations/" + id,
                "DELETE /api/invitations/" + id,
                "DELETE /api/team/" + id + of)) {
          Answer answer = send(socket, cast, line, "");
          assertThat(answer.status()).as(line).isEqualTo(404);
          assertProblem(line, answer);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anOddQueryIsRefused(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    try (var socket = RawSocket.to(server.url())) {
      for (String path :
          List.of("/api/book-requests", "/api/supporters", "/api/activity", "/api/notifications")) {
        for (String query : ODD_QUERIES) {
          String line = "GET " + path + "?" + query;
          Answer answer = send(socket, cast, line, "");
          boolean reads = path.equals("/api/book-requests");
          assertThat(answer.status()).as(line).isBetween(reads ? 400 : 200, reads ? 400 : 404);
          if (answer.status() >= 400) {
            assertProblem(line, answer);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "SQLITE")
  void malformedEscapesMethodsAndPathsAreProblems(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    var wrong = new ArrayList<String>();
    for (String line :
        List.of(
            "GET /api/book-requests/%zz",
            "GET /api/book-requests/%",
            "GET /api/book-requests/1%2",
            "GET /%zz",
            "GET /api/nothing",
            "GET /api/",
            "POST /api/nothing",
            "PUT /api/me",
            "DELETE /api/me",
            "PATCH /api/book-requests",
            "FOO /api/me",
            "TRACE /api/me",
            "OPTIONS /api/me",
            "GET /api/book-requests?q=" + "x".repeat(201),
            "GET /api/book-requests?q=" + "x".repeat(9000),
            "GET /" + "x".repeat(9000),
            "GET /webjars/../../application.properties",
            "GET /webjars/%2e%2e/%2e%2e/db/sqlite/V1__schema.sql",
            "GET /..%2f..%2fdb/sqlite/V1__schema.sql",
            "GET /../db/sqlite/V1__schema.sql",
            "GET /db/sqlite/V1__schema.sql",
            "GET /logback.xml")) {
      try (var socket = RawSocket.to(server.url())) {
        Answer answer = send(socket, cast, line, "");
        if (answer.status() / 100 != 4 || !answer.text().contains("\"code\"")) {
          wrong.add(line + " → " + answer.status() + " " + answer.text());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anIdempotencyKeyMustBeOne(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    String line = "POST /api/notifications/read";
    try (var socket = RawSocket.to(server.url())) {
      for (String key : List.of("", "   ", "x".repeat(201))) {
        Answer answer = send(socket, cast, line, "Idempotency-Key: " + key);
        assertThat(answer.status()).as(key).isEqualTo(400);
        assertProblem(line, answer);
      }
    }
    try (var socket = RawSocket.to(server.url())) {
      String winding = "POST /api/" + "./".repeat(400) + "ws-ticket";
      for (String each : List.of(winding, "POST /api/ws-ticket?x=" + "y".repeat(2000))) {
        Answer answer = send(socket, cast, each, "Idempotency-Key: é\u00a0" + each.length());
        assertThat(answer.status()).as(each).isLessThan(500);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "SQLITE")
  void anotherContentTypeIs415(TestDatabase database) {
    var server = TestServer.shared(database);
    Cast cast = server.cast();
    for (String type :
        List.of("text/plain", "application/x-www-form-urlencoded", "application/xml", "x")) {
      var reply =
          cast.supporter()
              .client()
              .send("POST", "/api/book-requests", "{}", Map.of("Content-Type", type));
      assertThat(reply.expect(415).code()).isEqualTo("unsupported_media_type");
    }
  }

  private static Answer send(RawSocket socket, Cast cast, String line, String header) {
    String token = cast.creator().client().token().orElseThrow();
    boolean body = line.startsWith("P");
    return socket
        .request(
            """
            %s HTTP/1.1
            Host: localhost
            Authorization: Bearer %s
            %s
            """
                .formatted(line, token, (body ? "Content-Length: 0\n" : "") + header))
        .answer();
  }

  private static void assertProblem(String line, Answer answer) {
    assertThat(answer.header("content-type")).as(line).contains("application/problem+json");
    try {
      var body = Json.readTree(answer.text());
      assertThat(body.path("status").asInt()).as(line).isEqualTo(answer.status());
      assertThat(body.path("code").asText()).as(line).isNotEmpty();
    } catch (IOException e) {
      throw new AssertionError(line + ": " + answer.text(), e);
    }
  }
}
