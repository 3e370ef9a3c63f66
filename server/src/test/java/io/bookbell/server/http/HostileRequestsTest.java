package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.RawSocket.Answer;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Requests made to cost the server more than their sender. */
class HostileRequestsTest {
  private static final int MIB = 1 << 20;
  private static final String LOGIN = "POST /api/auth/login HTTP/1.1\nHost: localhost\n";
  private static final String JSON = "Content-Type: application/json\n";

  private final TestServer server = TestServer.shared(TestDatabase.SQLITE);
  private Cast cast;
  private String bearer;

  @BeforeEach
  void people() {
    cast = server.cast();
    bearer = "Authorization: Bearer " + cast.supporter().client().token().orElseThrow() + "\n";
  }

  @Test
  void ofManyUnknownFieldsSomeAreNamed() throws IOException {
    String fields =
        IntStream.range(0, 1000)
            .mapToObj(number -> "\"%x\":1".formatted(number))
            .collect(Collectors.joining(",", "{", "}"));
    JsonNode problem = Json.readTree(whole(LOGIN + JSON, fields, 400).text());

    assertThat(problem.get("code").asText()).isEqualTo("validation_failed");
    assertThat(problem.get("errors")).hasSize(20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"email\":[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]}",
        "{\"email\":1%s}",
        "{\"%s\":1}",
        "{\"email\":1,\"email\":2}",
      })
  void whatNoCommandNeedsIsNotParsed(String body) {
    String text = body.formatted("0".repeat(1100));

    assertThat(whole(LOGIN + JSON, text, 400).text()).contains("malformed_request");
  }

  @Test
  void strangersMaySend16KibibytesAndNoMore() {
    String most = "{\"email\":\"a@b.test\",\"password\":\"x\"" + " ".repeat(16 * 1024 - 35) + "}";
    assertThat(most).hasSize(16 * 1024);
    whole(LOGIN + JSON, most, 401);

    assertThat(whole(LOGIN + JSON, most + " ", 413).text()).contains("16 KiB");
  }

  @Test
  void aLargerBodyThanAllowedIsRefusedWhenItIsAnnouncedAndWhenItComes() {
    try (var socket = RawSocket.to(server.url())) {
      socket.request(LOGIN + JSON + "Content-Length: " + 10 * MIB);
      assertThat(socket.answer().status()).isEqualTo(413);
    }
    try (var socket = RawSocket.to(server.url())) {
      socket.request(LOGIN + JSON + "Transfer-Encoding: chunked");
      socket.write(("4001\r\n" + " ".repeat(0x4001) + "\r\n").getBytes(ISO_8859_1));
      assertThat(socket.answer().status()).isEqualTo(413);
    }
  }

  @Test
  void whoIsNotSignedInIsToldBeforeTheBodyHasCome() {
    for (String who : List.of("", "Authorization: Bearer wrong\n")) {
      try (var socket = RawSocket.to(server.url())) {
        String line = "POST /api/book-requests HTTP/1.1\nHost: localhost\n";
        socket.request(line + JSON + who + "Content-Length: 900000");
        assertThat(socket.answer().status()).isEqualTo(401);
        socket.write(new byte[900_000]).request("GET /health/live HTTP/1.1\nHost: localhost");
        assertThat(socket.answer().status()).as("of the next request").isEqualTo(200);
      }
    }
  }

  @Test
  void aBodyThatNobodyReadsIsPassedOver() {
    for (String line : List.of("GET /health/live", "GET /", "POST /nothing", "PUT /api/me")) {
      try (var socket = RawSocket.to(server.url())) {
        String head = line + " HTTP/1.1\nHost: localhost\nContent-Length: 50000";
        socket.request(head).write(new byte[50_000]).request(head).write(new byte[50_000]);
        assertThat(socket.answer().status()).isEqualTo(socket.answer().status());
      }
    }
  }

  @Test
  void whoMustNotSendABodyIsNotAskedToGoOn() {
    try (var socket = RawSocket.to(server.url())) {
      String line = "POST /api/book-requests HTTP/1.1\nHost: localhost\n";
      socket.request(line + JSON + "Content-Length: 900000\nExpect: 100-continue");
      Answer answer = socket.answer();
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.header("connection")).contains("close");
      assertThat(socket.isEnded()).isTrue();
    }
    try (var socket = RawSocket.to(server.url())) {
      socket.request(LOGIN + JSON + "Content-Length: 2\nExpect: 100-continue");
      assertThat(socket.answer().status()).isEqualTo(100);
      assertThat(socket.write("{}".getBytes(ISO_8859_1)).answer().status()).isEqualTo(400);
    }
  }

  /** Four bodies of 900 KiB fit, and an ordinary command always does. */
  @Test
  void theBodiesOfOneUserHaveALimitTogether() {
    var open = Stream.generate(this::unfinished).limit(5).toList();
    try {
      Awaitility.await("one that is too many")
          .until(() -> open.stream().anyMatch(RawSocket::hears));
      Answer answer = open.stream().filter(RawSocket::hears).findFirst().orElseThrow().answer();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text()).contains("\"code\":\"busy\"");
      assertThat(answer.header("retry-after")).contains("1");
      assertThat(answer.header("connection")).contains("close"); // the rest of it isn't read
      cast.supporter().client().post("/api/ws-ticket", "{}").expect(201);
    } finally {
      open.forEach(RawSocket::close);
    }
    Awaitility.await("the memory of closed connections").until(this::isRead);
  }

  private RawSocket unfinished() {
    RawSocket socket = RawSocket.to(server.url());
    socket.request(ticket() + "Content-Length: 1000000").write(new byte[950_000]);
    return socket;
  }

  private boolean isRead() {
    try (var socket = RawSocket.to(server.url())) {
      socket.request(ticket() + "Content-Length: 1000000").write(new byte[1_000_000]);
      return socket.answer().status() == 400;
    } catch (UncheckedIOException e) {
      return false; // refused and closed while it was sent
    }
  }

  private String ticket() {
    return "POST /api/ws-ticket HTTP/1.1\nHost: localhost\n" + JSON + bearer;
  }

  @Test
  void methodsThatClientsInventAreOneInTheMetrics() {
    for (int i = 0; i < 20; i++) {
      try (var socket = RawSocket.to(server.url())) {
        socket.request("INVENTED" + i + " /health/live HTTP/1.1\nHost: localhost").answer();
      }
    }

    assertThat(metrics()).doesNotContain("INVENTED").contains("method=\"other\"");
  }

  @Test
  void whatIsNoHttpIsCounted() {
    try (var socket = RawSocket.to(server.url())) {
      assertThat(socket.request("GET / HTTP/1.1\nHost: a b").answer().status()).isEqualTo(400);
    }
    for (String version : List.of("http/1.1", "HTTP/01.1", "HTTP/1.01", "HTTP/1.00", "HTTP/2.0")) {
      try (var socket = RawSocket.to(server.url())) {
        Answer answer = socket.request("GET /health/live " + version + "\nHost: a").answer();
        assertThat(answer.status()).as(version).isEqualTo(400);
        assertThat(answer.header("content-type")).contains("application/problem+json");
      }
    }

    assertThat(metrics()).contains("bookbell_requests_refused_total{reason=\"malformed\"}");
  }

  @Test
  void whoeverDoesNotAwaitResponsesIsCutAndCountedAndFillsNoLog() {
    var logger = (Logger) LoggerFactory.getLogger("io.netty.channel.AbstractChannelHandlerContext");
    var logged = new ListAppender<ILoggingEvent>();
    logged.start();
    logger.addAppender(logged);
    try (var socket = RawSocket.to(server.url())) {
      socket.write("GET /a HTTP/1.1\r\nHost: a\r\n\r\n".repeat(4000).getBytes(ISO_8859_1));
      int answered = 0;
      Answer answer = socket.answer();
      for (; answer.status() == 404; answer = socket.answer()) {
        answered++;
      }

      assertThat(answer.status()).isEqualTo(429);
      assertThat(answer.header("connection")).contains("close");
      assertThat(answered).isBetween(RequestGuard.MAX_UNANSWERED, 4000);
      assertThat(socket.isEnded()).isTrue();
    } finally {
      logger.detachAppender(logged);
    }
    assertThat(logged.list).isEmpty();
    assertThat(metrics()).contains("bookbell_requests_refused_total{reason=\"pipelined\"} 1.0");
  }

  private String metrics() {
    try (var socket = RawSocket.to(server.url())) {
      return socket.request("GET /metrics HTTP/1.1\nHost: localhost").answer().text();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {": a", ":", "Accept: */*\n: a", " : a"})
  void everyHeaderNeedsAName(String header) {
    try (var socket = RawSocket.to(server.url())) {
      String head = "GET /health/live HTTP/1.1\nHost: localhost\n";
      assertThat(socket.request(head + header).answer().status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: upgrade\nUpgrade: websocket\n",
        "Connection: Upgrade\nUpgrade: h2c\nHTTP2-Settings: AAMAAABkAAQAAP__\n",
        "Upgrade: websocket, h2c\n",
        "Upgrade: TLS/1.0\n",
      })
  void anUpgradeThatNobodyOffersChangesNothing(String upgrade) {
    String body = "{\"email\":\"reader1@demo.test\",\"password\":\"" + TestServer.PASSWORD + "\"}";
    whole(LOGIN + JSON + upgrade, body, 200);
    try (var socket = RawSocket.to(server.url())) {
      for (String line : List.of("GET /health/live", "GET /", "GET /health/live")) {
        socket.request(line + " HTTP/1.1\nHost: localhost\n" + upgrade);
        assertThat(socket.answer().status()).as(line).isEqualTo(200);
      }
    }
  }

  @Test
  void aHandshakeWithABodyIsNone() {
    String own = "user_id=" + cast.supporter().id();
    try (var socket = RawSocket.to(server.url())) {
      String head = RawSocket.handshake(own, bearer, "Content-Length: 2");
      socket.request(head.replaceAll("\n+", "\n")).write("{}".getBytes(ISO_8859_1));
      assertThat(socket.answer().status()).isEqualTo(400);
    }
    try (var socket = RawSocket.to(server.url())) {
      String head = RawSocket.handshake(own, bearer, "Content-Length: 2").replace("GET", "POST");
      socket.request(head.replaceAll("\n+", "\n")).write("{}".getBytes(ISO_8859_1));
      assertThat(socket.answer().status()).isEqualTo(405);
    }
    try (var socket = RawSocket.to(server.url())) {
      String head = RawSocket.handshake(own, bearer).replace("/ws?", "/./ws?");
      assertThat(socket.request(head).answer().status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data; boundary=",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "application/json-patch+json",
        "application/json, text/plain",
        "text/json",
        ";",
        "/",
      })
  void anotherTypeIsRefused(String type) {
    assertThat(whole(LOGIN + "Content-Type: " + type + "\n", "{}", 415).text())
        .contains("unsupported_media_type");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "application/json ; x=y",
      })
  void jsonMayHaveParameters(String type) {
    whole(LOGIN + "Content-Type: " + type + "\n", "{}", 400);
  }

  /** Their number would delay an honest sign-in by as many hashes, and open as many sessions. */
  @Test
  void whoeverIsGoneIsNotSignedIn() {
    String email = cast.other().email();
    String body = "{\"email\":\"" + email + "\",\"password\":\"" + TestServer.PASSWORD + "\"}";
    String head = LOGIN + JSON + "Content-Length: " + body.length();
    var gone = Stream.generate(() -> RawSocket.to(server.url())).limit(20).toList();
    long before = sessionsOf(cast.other().id());
    gone.forEach(socket -> socket.request(head).write(body.getBytes(ISO_8859_1)));
    gone.forEach(RawSocket::close);
    whole(LOGIN + JSON, body, 200);

    assertThat(sessionsOf(cast.other().id()) - before).isBetween(1L, 10L);
  }

  @Test
  void aPackedBodyIsRefused() {
    whole(LOGIN + JSON + "Content-Encoding: gzip\n", "{}", 415);
    whole(LOGIN + JSON + "Content-Encoding: identity\n", "{}", 400);
  }

  @Test
  void headersHave32Kibibytes() {
    try (var socket = RawSocket.to(server.url())) {
      String line = "GET / HTTP/1.1\nHost: localhost\nCookie: a=";
      assertThat(socket.request(line + "x".repeat(32 * 1024)).answer().status()).isEqualTo(200);
      Answer answer = socket.request(line + "x".repeat(34 * 1024)).answer();
      assertThat(answer.status()).isEqualTo(431);
      assertThat(answer.header("content-type")).contains("application/problem+json");
      assertThat(answer.header("bookbell")).contains("1");
      assertThat(answer.text()).contains("32 KiB");
    }
    try (var socket = RawSocket.to(server.url())) {
      Answer answer = socket.request("GET /" + "x".repeat(8200) + " HTTP/1.1\nHost: a").answer();
      assertThat(answer.status()).isEqualTo(414);
      assertThat(answer.text()).contains("8 KiB");
    }
  }

  private long sessionsOf(long user) {
    return server
        .database()
        .read(
            tx ->
                tx.query("SELECT COUNT(*) AS number FROM session WHERE user_id = ?", user)
                    .single(row -> row.getLong("number")))
        .join();
  }

  private Answer whole(String head, String body, int expected) {
    try (var socket = RawSocket.to(server.url())) {
      byte[] bytes = body.getBytes(ISO_8859_1);
      Answer answer =
          socket.request(head + "Content-Length: " + bytes.length).write(bytes).answer();
      assertThat(answer.status()).as(answer.text()).isEqualTo(expected);
      return answer;
    }
  }
}
