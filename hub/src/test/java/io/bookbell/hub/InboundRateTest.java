package io.bookbell.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The limits on what a client may send, with the clock controlled by the test. */
class InboundRateTest {
  private static final byte[] LARGEST = new byte[1 << 16];
  private static final byte[] PIECE = new byte[1];

  private final AtomicLong now = new AtomicLong();
  private final HubServer server =
      new HubServer(
          new WebSocketManager(
              "test",
              HubOptions.defaults(),
              new InMemoryMessageHistory(Runnable::run),
              (connection, text) -> connection.replyText("taken"),
              new InProcessBackplane(),
              InstantSource.system(),
              now::get));

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aMebibyteASecondIsTaken() {
    try (RawClient client = new RawClient(server.port()).open("user=1")) {
      client.readText();
      for (int second = 0; second < 3; second++) {
        for (int message = 0; message < 15; message++) {
          client.fragment(RawClient.TEXT, true, LARGEST);
          assertThat(client.readText()).isEqualTo("taken");
        }
        now.addAndGet(Duration.ofSeconds(1).toNanos());
      }
    }
  }

  @Test
  void whoSendsMoreIsClosed() {
    try (RawClient client = new RawClient(server.port()).open("user=1")) {
      for (int message = 0; message < 17; message++) {
        client.fragment(RawClient.TEXT, true, LARGEST);
      }
      assertThat(client.readClose().closeCode()).isEqualTo(4429);
    }
  }

  /** Fragments don't count as messages of their own, but reading each one is work. */
  @Test
  void whoSendsManySmallPiecesIsClosed() {
    try (RawClient client = new RawClient(server.port()).open("user=1")) {
      client.fragment(RawClient.TEXT, false, PIECE);
      for (int piece = 0; piece < 17_000; piece++) {
        client.fragment(RawClient.CONTINUATION, false, PIECE);
      }
      assertThat(client.readClose().closeCode()).isEqualTo(4429);
    }
  }
}
