package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections to PostgreSQL that become half-open, as behind a firewall that drops their state. */
class HalfOpenDatabaseTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void aNodeGivesHalfOpenConnectionsUpAndDeliversAgainWhatAnotherCommits() {
    var storage = (StorageConfig.PostgresConfig) TestDatabase.POSTGRESQL.create(folder);
    try (var direct = TestServer.demo(TestServer.config(storage));
        var wire = new Wire(Node.port(storage));
        var server = TestServer.with(TestServer.config(Node.through(wire, storage)));
        var socket = server.signIn("reader1").connect(101)) {
      socket.await("initial_data");
      TestClient reader = direct.signIn("reader1");

      wire.stall();
      Awaitility.await("a request that is held up")
          .atMost(TIMEOUT)
          .until(() -> server.client().get("/health/ready").status() == 503);
      wire.mendForNewOnes();
      Awaitility.await("the node")
          .atMost(TIMEOUT)
          .until(() -> server.client().get("/health/ready").status() == 200);

      var wanted = Map.of("creator_id", 1, "title", "Kindred", "author", "Octavia Butler");
      reader.post("/api/book-requests", wanted).expect(201);
      Awaitility.await("the request on the other node")
          .atMost(TIMEOUT)
          .untilAsserted(
              () ->
                  assertThat(socket.messages())
                      .anyMatch(each -> each.at("/book_request/title").asText().equals("Kindred")));
    }
  }
}
