package io.bookbell.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The shortest path through all layers. */
class ServerSmokeTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void aRequestIsSeenLiveByItsSupporterAndTheTeam(TestDatabase database) {
    try (var server = TestServer.demo(database, folder);
        var supporter = server.signIn("reader1").connect(101);
        var team = server.signIn("team1").connect(10)) {
      supporter.await("initial_data");
      team.await("initial_data");

      var wanted = Map.of("creator_id", 1, "title", "Kindred", "author", "Octavia E. Butler");
      server.signIn("reader1").post("/api/book-requests", wanted).expect(201);

      assertThat(supporter.await("book_request_update").at("/book_request/title").asText())
          .isEqualTo("Kindred");
      supporter.await("quota_update");
      team.await("pending_count_update");
      team.await("notification");
    }
  }
}
