package io.bookbell.server.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.storage.postgres.PostgresDatabase;
import io.bookbell.server.support.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class UnreachableDatabaseTest {
  @Test
  void anUnreachableDatabaseIsNamedWithoutThePasswordInItsAddress() {
    int port = FreePort.next();
    String address = "jdbc:postgresql://127.0.0.1:" + port + "/books";

    assertThatThrownBy(
            () ->
                new PostgresDatabase(
                    address + "?user=ann&password=secret", "", "", TimeSource.ofPostgres()))
        .isInstanceOf(DatabaseException.class)
        .hasMessageStartingWith("Cannot reach the database at " + address + ": ")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aPortOfAnotherProgramIsTakenForTheCause() throws IOException {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerLikeAWebServer(other));
      String address = "jdbc:postgresql://127.0.0.1:" + other.getLocalPort() + "/books";

      assertThatThrownBy(() -> new PostgresDatabase(address, "ann", "x", TimeSource.ofPostgres()))
          .isInstanceOf(DatabaseException.class)
          .hasMessageStartingWith("Cannot reach the database at " + address + ": ")
          .hasMessageEndingWith(
              ": that may not be PostgreSQL; check host and port in BOOKBELL_DATABASE_URL");
    }
  }

  private static void answerLikeAWebServer(ServerSocket server) {
    try (var socket = server.accept()) {
      socket.getInputStream().readNBytes(8); // the request for TLS
      socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
