package io.bookbell.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how many round trips to PostgreSQL the frequent commands take, including the commit. */
class RoundTripsTest {
  @TempDir Path folder;

  /** Records the round trips of the threads that write. */
  private static final class Trips implements SqlListener {
    private final List<List<String>> trips = new CopyOnWriteArrayList<>();

    @Override
    public void beforeSend(List<ExecutedStatement> together) {
      if (Thread.currentThread().getName().startsWith("postgres-writer")) {
        trips.add(together.stream().map(ExecutedStatement::sql).toList());
      }
    }

    List<List<String>> taken() {
      var taken = new ArrayList<>(trips);
      trips.clear();
      return taken;
    }
  }

  @Test
  void frequentCommandsTakeFewRoundTrips() {
    var trips = new Trips();
    try (var server = TestServer.watched(TestDatabase.POSTGRESQL.create(folder), trips)) {
      Cast cast = server.cast();
      var wanted = Map.of("creator_id", cast.creator().id(), "title", "Emma", "author", "Austen");
      send(cast.supporter(), "first", "", wanted); // fills the cache of admins
      trips.taken();

      long id = send(cast.supporter(), "create", "", wanted);
      assertAtMost(3, "create", trips);
      send(cast.team(), "reply", "/" + id + "/reply", Map.of("body", "One moment"));
      assertAtMost(3, "reply", trips);
      send(cast.team(), "approve", "/" + id + "/respond", Map.of("status", "approved"));
      assertAtMost(3, "approve", trips);
      send(cast.team(), "reject", "/" + id + "/respond", Map.of("status", "rejected"));
      assertAtMost(3, "reject", trips);
      long second = send(cast.supporter(), "second", "", wanted);
      trips.taken();
      send(cast.supporter(), "cancel", "/" + second + "/cancel", Map.of());
      assertAtMost(3, "cancel", trips);
    }
  }

  /** Returns the id in the response. */
  private static long send(Person person, String key, String path, Map<String, ?> body) {
    return person
        .client()
        .send(
            "POST",
            "/api/book-requests" + path,
            Json.writeAsString(body),
            Map.of("Idempotency-Key", key))
        .body()
        .path("id")
        .asLong();
  }

  private static void assertAtMost(int most, String command, Trips trips) {
    List<List<String>> taken = trips.taken();
    assertThat(taken)
        .as(
            "round trips of %s:%n%s",
            command,
            String.join("\n", taken.stream().map(each -> "- " + String.join("; ", each)).toList()))
        .hasSizeBetween(1, most);
  }
}
