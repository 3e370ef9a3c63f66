package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.TestServer;
import io.bookbell.server.resilience.workload.OwnPostgres;
import io.bookbell.server.support.TestClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When PostgreSQL is stopped, calls fail at once. For one that hangs see HalfOpenDatabaseTest. */
class DatabaseAwayTest {
  /** It takes two seconds on an idle machine, and would take ten without the heartbeat. */
  private static final Duration AT_MOST = Duration.ofSeconds(6);

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void everybodyIsToldAtOnceAndServedAgainWhenItIsBack() {
    try (var postgres = new OwnPostgres(folder.resolve("postgres"));
        var server = TestServer.with(TestServer.config(postgres.storage()))) {
      Cast cast = server.cast();

      postgres.kill();
      isTold(server, cast);
      postgres.restart();
      isServed(server, cast, "While it was gone");
    }
  }

  private static void isTold(TestServer server, Cast cast) {
    TestClient reader = cast.supporter().client();
    refuses(() -> reader.get("/api/me"));
    refuses(() -> reader.get("/api/book-requests"));
    refuses(() -> ask(cast, "Never stored"));
    refuses(() -> server.client().post("/api/auth/login", login(cast)));
    assertThat(
            server.client().get("/health/ready").expect(503).body().at("/checks/database").asText())
        .isEqualTo("down");
    server.client().get("/health/live").expect(200);
  }

  private interface Call {
    TestClient.Reply make();
  }

  private static void refuses(Call call) {
    long begun = System.nanoTime();
    TestClient.Reply reply = call.make();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(AT_MOST);
    assertThat(reply.expect(503).code()).isEqualTo("storage_unavailable");
    assertThat(reply.raw().headers().firstValue("Retry-After")).isPresent();
  }

  private static void isServed(TestServer server, Cast cast, String title) {
    TestClient reader = cast.supporter().client();
    Awaitility.await("the database")
        .atMost(TIMEOUT)
        .until(() -> server.client().get("/health/ready").status() == 200);
    reader.get("/api/me").expect(200);
    ask(cast, title).expect(201);
    assertThat(reader.get("/api/book-requests").expect(200).raw().body())
        .contains(title)
        .doesNotContain("Never stored");
  }

  private static TestClient.Reply ask(Cast cast, String title) {
    var wanted = Map.of("creator_id", cast.creator().id(), "title", title, "author", "Somebody");
    return cast.supporter().client().post("/api/book-requests", wanted);
  }

  private static Map<String, String> login(Cast cast) {
    return Map.of("email", cast.other().email(), "password", TestServer.PASSWORD);
  }
}
