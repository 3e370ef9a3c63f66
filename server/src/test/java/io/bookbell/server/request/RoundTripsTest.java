package io.bookbell.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.sql.SqlListener;
import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how many round trips to PostgreSQL the frequent commands take, including the commit. */
class RoundTripsTest {
  private static final String LOCK = "closed_at IS NULL FOR NO KEY UPDATE";

  @TempDir Path folder;

  /** Records the round trips. */
  private static final class Trips implements SqlListener {
    private final List<Trip> trips = new CopyOnWriteArrayList<>();

    private record Trip(Thread thread, List<String> statements) {}

    @Override
    public void beforeSend(List<ExecutedStatement> together) {
      trips.add(
          new Trip(Thread.currentThread(), together.stream().map(ExecutedStatement::sql).toList()));
    }

    /**
     * Takes the round trips of the command: those of the transaction that has locked the creator.
     * Other transactions write what isn't part of it, such as that the node still runs.
     */
    List<List<String>> taken() {
      var transactions = new HashMap<Thread, List<List<String>>>();
      List<List<String>> command = List.of();
      for (Trip trip : trips) {
        List<List<String>> transaction =
            transactions.computeIfAbsent(trip.thread, _ -> new ArrayList<>());
        transaction.add(trip.statements);
        if (trip.statements.stream().anyMatch(sql -> sql.contains(LOCK))) {
          command = transaction;
        }
        if (trip.statements.getLast().equals("COMMIT")) {
          transactions.remove(trip.thread);
        }
      }
      trips.clear();
      return command;
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
      assertAtMost(2, "create", trips);
      send(cast.team(), "reply", "/" + id + "/reply", Map.of("body", "One moment"));
      assertAtMost(2, "reply", trips);
      send(cast.team(), "approve", "/" + id + "/respond", Map.of("status", "approved"));
      assertAtMost(2, "approve", trips);
      send(cast.team(), "reject", "/" + id + "/respond", Map.of("status", "rejected"));
      assertAtMost(2, "reject", trips);
      long followed = send(cast.supporter(), "followed", "", wanted);
      send(cast.other(), "follow", "/" + followed + "/follow", Map.of());
      trips.taken();
      send(cast.team(), "refuse", "/" + followed + "/respond", Map.of("status", "rejected"));
      assertAtMost(2, "reject what somebody follows", trips);
      long second = send(cast.supporter(), "second", "", wanted);
      trips.taken();
      send(cast.supporter(), "cancel", "/" + second + "/cancel", Map.of());
      assertAtMost(2, "cancel", trips);
      var several =
          List.of(
              send(cast.supporter(), "third", "", wanted),
              send(cast.supporter(), "fourth", "", wanted));
      trips.taken();
      send(
          cast.team(),
          "several",
          "/respond",
          Map.of("creator_id", cast.creator().id(), "ids", several, "status", "approved"));
      assertAtMost(2, "approve several", trips);
    }
  }

  /** Returns the id in the response. */
  private static long send(Person person, String key, String path, Map<String, ?> body) {
    Reply reply =
        person
            .client()
            .send(
                "POST",
                "/api/book-requests" + path,
                Json.writeAsString(body),
                Map.of("Idempotency-Key", key));
    assertThat(reply.status()).as("%s: %s", key, reply.body()).isBetween(200, 201);
    return reply.body().path("id").asLong();
  }

  private static void assertAtMost(int most, String command, Trips trips) {
    List<List<String>> taken = trips.taken();
    assertThat(taken.getLast()).as("the end of %s", command).endsWith("COMMIT");
    assertThat(taken)
        .as(
            "round trips of %s:%n%s",
            command,
            String.join("\n", taken.stream().map(each -> "- " + String.join("; ", each)).toList()))
        .hasSizeBetween(1, most);
  }
}
