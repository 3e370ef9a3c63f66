package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a connection's metadata and the metrics tell of its user. */
class ConnectionProfileTest {
  @ParameterizedTest
  @EnumSource
  void namesTheUserAndTheRole(TestDatabase kind, @TempDir Path folder) {
    try (TestServer server = TestServer.empty(kind, folder)) {
      Cast cast = server.cast();

      assertThat(metadataOf(server, cast.creator())).isEqualTo(metadata("creator", "admin"));
      assertThat(metadataOf(server, cast.team())).isEqualTo(metadata("team", "admin"));
      assertThat(metadataOf(server, cast.supporter()))
          .isEqualTo(metadata("supporter", "supporter"));
      String of = "?creator_id=" + cast.creator().id();
      cast.creator().client().delete("/api/team/" + cast.team().id() + of).expect(204);
      assertThat(metadataOf(server, cast.team())).isEqualTo(metadata("team", "none"));

      try (var socket = cast.creator().client().connect(cast.creator().id());
          var stream = TestStream.open(cast.supporter().client(), "");
          var other = cast.other().client().connect(cast.other().id())) {
        List.of(socket, other).forEach(each -> each.await("initial_data"));
        stream.await("initial_data");
        assertThat(roleCounts(server))
            .containsExactlyInAnyOrder("admin 1", "supporter 2", "none 0");
      }
      await()
          .untilAsserted(
              () ->
                  assertThat(roleCounts(server))
                      .containsExactlyInAnyOrder("admin 0", "supporter 0", "none 0"));
    }
  }

  private static Map<String, String> metadataOf(TestServer server, Person person) {
    var services = new Services(Services.ClientNotifier.noOp());
    return server
        .database()
        .read(
            tx ->
                ConnectionProfile.read(
                    tx, new UserId(person.id()), services.access, services.quotas))
        .join()
        .toMetadata();
  }

  private static Map<String, String> metadata(String name, String role) {
    return Map.of("name", name, "role", role);
  }

  private static List<String> roleCounts(TestServer server) {
    String start = "bookbell_role_connections{role=\"";
    return server
        .client()
        .get("/metrics")
        .raw()
        .body()
        .lines()
        .filter(line -> line.startsWith(start))
        .map(line -> line.substring(start.length()).replace("\"}", "").replace(".0", ""))
        .toList();
  }
}
