package io.bookbell.server.live;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.support.RawSocket;
import io.bookbell.server.support.RawSocket.Frame;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that a client may send over its socket, and how others are rejected. */
class LiveMessageHandlerTest {
  private final TestServer server = TestServer.shared(TestDatabase.SQLITE);
  private Cast cast;

  @BeforeEach
  void people() {
    cast = server.cast();
  }

  @Test
  void pingIsAnsweredInItsOwnForm() {
    try (var socket = connect()) {
      long seq = json(socket.next(RawSocket.TEXT)).get("seq").asLong();
      socket.text("ping");
      assertThat(socket.next(RawSocket.TEXT).text()).isEqualTo("pong");
      socket.text("{\"type\":\"ping\"}");
      JsonNode pong = json(socket.next(RawSocket.TEXT));
      assertThat(pong.get("type").asText()).isEqualTo("pong");
      assertThat(pong.get("seq").asLong()).isEqualTo(seq);
      socket.frame(RawSocket.PING, true, "body".getBytes(UTF_8));
      assertThat(socket.next(RawSocket.PONG).text()).isEqualTo("body");
    }
  }

  @Test
  void anAckIsTakenInSilence() {
    try (var socket = connect()) {
      long seq = json(socket.next(RawSocket.TEXT)).get("seq").asLong();
      socket.text("{\"type\":\"ack\",\"seq\":" + seq + "}").text("ping");
      assertThat(socket.next(RawSocket.TEXT).text()).isEqualTo("pong");
    }
  }

  @Test
  void invalidMessagesAreAnsweredWithAnErrorAndTheSocketStaysOpen() {
    try (var socket = connect()) {
      socket.next(RawSocket.TEXT);
      for (String odd :
          List.of(
              "",
              "hello",
              "{",
              "[]",
              "1",
              "null",
              "{}",
              "{\"type\":\"x\"}",
              "{\"type\":1}",
              "{\"type\":\"ack\"}",
              "{\"type\":\"ack\",\"seq\":-1}",
              "{\"type\":\"ack\",\"seq\":\"1\"}",
              "{\"type\":\"ack\",\"seq\":1e30}",
              "{\"type\":\"ack\",\"seq\":9223372036854775808}",
              "{\"type\":\"ack\",\"seq\":9999999}",
              "[".repeat(60_000))) {
        socket.text(odd);
        assertThat(json(socket.next(RawSocket.TEXT)).get("type").asText())
            .as(odd)
            .isEqualTo("error");
      }
      socket.frame(RawSocket.BINARY, true, (byte) 1);
      assertThat(json(socket.next(RawSocket.TEXT)).get("code").asText()).isEqualTo("binary_frame");
      socket.text("ping");
      assertThat(socket.next(RawSocket.TEXT).text()).isEqualTo("pong");
    }
  }

  @Test
  void aMessageMayComeInPiecesWithAPingBetween() {
    try (var socket = connect()) {
      socket.next(RawSocket.TEXT);
      socket.frame(RawSocket.TEXT, false, "{\"type\":".getBytes(UTF_8));
      socket.frame(RawSocket.PING, true);
      socket.frame(RawSocket.CONTINUATION, false, "\"pi".getBytes(UTF_8));
      socket.frame(RawSocket.CONTINUATION, true, "ng\"}".getBytes(UTF_8));
      socket.next(RawSocket.PONG);
      assertThat(socket.next(RawSocket.TEXT).text()).contains("\"pong\"");
    }
  }

  @Test
  void framesThatBreakTheRulesCloseTheSocket() {
    assertThat(closedAfter(socket -> socket.text("x".repeat((1 << 16) + 1)))).isEqualTo(1009);
    assertThat(closedAfter(socket -> socket.frame(RawSocket.TEXT, true, (byte) 0xC3, (byte) 0x28)))
        .isEqualTo(1007);
    assertThat(closedAfter(socket -> socket.write(new byte[] {(byte) 0x81, 0x01, 'x'})))
        .isEqualTo(1002);
    assertThat(closedAfter(LiveMessageHandlerTest::flood)).isEqualTo(4429);
    assertThat(closedAfter(socket -> socket.frame(RawSocket.CLOSE, true, (byte) 3, (byte) 0xE8)))
        .isEqualTo(1000);
  }

  private static void flood(RawSocket socket) {
    for (int i = 0; i < 300; i++) {
      socket.text("ping");
    }
  }

  private int closedAfter(Consumer<RawSocket> what) {
    try (var socket = connect()) {
      socket.next(RawSocket.TEXT);
      what.accept(socket);
      Frame close = socket.next(RawSocket.CLOSE);
      return close.closeCode();
    }
  }

  @Test
  void aServerThatGoesDownSaysWhenToComeBack(@TempDir Path folder) {
    var going = TestServer.demo(TestDatabase.SQLITE, folder);
    try (var socket = RawSocket.to(going.url())) {
      String token = going.signIn("reader1").token().orElseThrow();
      socket.upgrade("user_id=101", "Authorization: Bearer " + token);
      socket.next(RawSocket.TEXT);
      Thread closing = Thread.ofVirtual().start(going::close);
      Frame close = socket.next(RawSocket.CLOSE);
      assertThat(close.closeCode()).isEqualTo(1001);
      assertThat(Integer.parseInt(close.closeText())).isBetween(0, 60_000);
      socket.frame(RawSocket.CLOSE, true, (byte) 3, (byte) 0xE9);
      assertThat(socket.isEnded()).isTrue();
      Awaitility.await().until(() -> !closing.isAlive());
    }
  }

  private RawSocket connect() {
    RawSocket socket = RawSocket.to(server.url());
    String token = cast.supporter().client().token().orElseThrow();
    String own = "user_id=" + cast.supporter().id();
    assertThat(socket.upgrade(own, "Authorization: Bearer " + token).status()).isEqualTo(101);
    return socket;
  }

  private static JsonNode json(Frame frame) {
    try {
      return Json.readTree(frame.text());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
