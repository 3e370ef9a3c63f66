package io.bookbell.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
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

/**
 * Tests how many round trips to PostgreSQL the page's reads take when the caller and the team are
 * known to the server.
 */
class ListRoundTripsTest {
  private static final int TRIES = 6;

  @TempDir Path folder;

  /** Records the round trips of the threads that read. */
  private static final class Trips implements SqlListener {
    private final List<String> trips = new CopyOnWriteArrayList<>();

    @Override
    public void beforeSend(List<ExecutedStatement> together) {
      if (Thread.currentThread().getName().startsWith("postgres-reader")) {
        trips.add(String.join("; ", together.stream().map(ExecutedStatement::sql).toList()));
      }
    }

    List<String> taken() {
      var taken = List.copyOf(trips);
      trips.clear();
      return taken;
    }
  }

  /** A read of the page, and the most round trips that it may take. */
  private record PageRead(int most, Person person, String path) {}

  @Test
  void thePagesListsTakeOneRoundTrip() {
    var trips = new Trips();
    try (var server = TestServer.watched(TestDatabase.POSTGRESQL.create(folder), trips)) {
      var excess = new ArrayList<String>();
      for (PageRead read : readsOf(server.cast())) {
        List<String> fewest = fewestTrips(read, trips);
        if (fewest.size() > read.most) {
          excess.add(read + " took " + fewest.size() + "\n- " + String.join("\n- ", fewest));
        }
      }
      assertThat(excess).isEmpty();
    }
  }

  /**
   * Reads until it takes no more round trips than it may. The first time fills caches, and what the
   * server reads by itself at the same time is counted too.
   */
  private static List<String> fewestTrips(PageRead read, Trips trips) {
    List<String> fewest = List.of();
    for (int time = 0; time < TRIES; time++) {
      trips.taken();
      read.person.client().get(read.path).expect(200);
      List<String> taken = trips.taken();
      if (time == 0 || taken.size() < fewest.size()) {
        fewest = taken;
      }
      if (fewest.size() <= read.most) {
        break;
      }
    }
    return fewest;
  }

  private static List<PageRead> readsOf(Cast cast) {
    Person creator = cast.creator();
    Person team = cast.team();
    Person supporter = cast.supporter();
    long id = supporter.ask(creator, "Emma");
    long other = cast.other().ask(creator, "Kindred");
    String requests = "/api/book-requests";
    make(team, requests + "/" + id + "/reply", Map.of("body", "Soon"));
    supporter.client().post(requests + "/" + other + "/follow", Map.of()).expect(200);
    var reply = Map.of("creator_id", creator.id(), "name", "Soon", "body", "It comes soon");
    make(team, "/api/canned-responses", reply);
    make(creator, "/api/invitations", Map.of("creator_id", creator.id(), "kind", "team"));
    var webhook =
        Map.of(
            "creator_id",
            creator.id(),
            "url",
            "https://a.invalid/",
            "events",
            List.of("reply_added"));
    long hook = make(creator, "/api/webhooks", webhook);
    String of = "?creator_id=" + creator.id();
    return List.of(
        new PageRead(1, team, requests + of),
        new PageRead(1, creator, requests + of + "&status=pending"),
        new PageRead(1, supporter, requests + of),
        new PageRead(1, team, requests + of + "&q=emma+somebody"),
        new PageRead(1, supporter, requests + of + "&q=emma"),
        new PageRead(1, team, requests + "/counts" + of),
        new PageRead(1, team, requests + "/pending-count" + of),
        new PageRead(1, supporter, requests + "/asked" + of + "&q=kindred"),
        new PageRead(1, supporter, requests + "/following"),
        new PageRead(1, supporter, requests + "/quota" + of),
        new PageRead(1, team, requests + "/" + id),
        new PageRead(1, supporter, requests + "/" + id),
        new PageRead(1, team, requests + "/" + id + "/replies"),
        new PageRead(6, team, requests + "/" + id + "/receipts"),
        new PageRead(6, supporter, requests + "/" + id + "/seen"),
        new PageRead(1, team, "/api/canned-responses" + of),
        new PageRead(1, team, "/api/tiers" + of),
        new PageRead(1, team, "/api/supporters" + of),
        new PageRead(1, team, "/api/supporters" + of + "&q=supporter"),
        new PageRead(1, team, "/api/supporters/" + supporter.id() + of),
        new PageRead(1, team, "/api/former-supporters" + of),
        new PageRead(1, team, "/api/team" + of),
        new PageRead(1, creator, "/api/invitations" + of),
        new PageRead(1, team, "/api/notifications"),
        new PageRead(1, supporter, "/api/notifications"),
        new PageRead(1, team, "/api/activity" + of),
        new PageRead(1, team, "/api/activity" + of + "&from=2026-01-01T00:00:00Z"),
        new PageRead(1, creator, "/api/webhooks" + of),
        new PageRead(1, creator, "/api/webhooks/" + hook + "/deliveries"),
        new PageRead(1, supporter, "/api/creators/" + creator.id()),
        new PageRead(1, supporter, "/api/me"),
        new PageRead(1, team, "/api/me"),
        new PageRead(1, team, "/api/me/notification-settings"),
        new PageRead(1, team, "/api/sessions"),
        new PageRead(1, team, "/api/keys"),
        new PageRead(1, team, "/api/passkeys"),
        new PageRead(1, team, "/api/identities"),
        new PageRead(0, team, "/api/books/search?q=emma"),
        new PageRead(4, creator, "/api/patreon" + of),
        new PageRead(4, creator, "/api/kofi" + of));
  }

  /** Returns the id of what was made. */
  private static long make(Person person, String path, Map<String, ?> body) {
    return person.client().post(path, body).expect(201).body().get("id").asLong();
  }
}
