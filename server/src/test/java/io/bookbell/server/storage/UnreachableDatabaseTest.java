package io.bookbell.server.storage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.storage.postgres.PostgresDatabase;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class UnreachableDatabaseTest {
  @Test
  void isNamedWithoutThePasswordThatItsAddressMayHold() throws IOException {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    String address = "jdbc:postgresql://127.0.0.1:" + port + "/books";

    assertThatThrownBy(
            () ->
                new PostgresDatabase(
                    address + "?user=ann&password=secret", "", "", TimeSource.ofPostgres()))
        .isInstanceOf(DatabaseException.class)
        .hasMessageStartingWith("Cannot reach the database at " + address + ": ")
        .hasMessageNotContaining("secret");
  }
}
