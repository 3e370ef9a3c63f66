package io.bookbell.server.resilience.workload;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SessionClient;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.storage.Database;
import io.bookbell.server.support.TestClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The demonstration's two creators with those around them, signed in. Immutable. */
public record People(List<Circle> circles) {

  /** Somebody with a session. */
  public record Person(UserId user, String token) {
    public TestClient at(String url) {
      return new TestClient(url, Optional.of(token));
    }
  }

  /**
   * A creator's surroundings.
   *
   * @param admins the creator first, then the team
   */
  public record Circle(long creator, List<Person> admins, List<Person> supporters) {
    private void allowMuch(String url) {
      var body = Map.of("amount", 1000, "reason", "for the trial");
      supporters.stream()
          .limit(supporters.size() - 3)
          .map(person -> "/api/supporters/" + person.user() + "/grant?creator_id=" + creator)
          .forEach(path -> admins.getFirst().at(url).post(path, body).expect(200));
    }

    public Person anyAdmin(Random random) {
      return admins.get(random.nextInt(admins.size()));
    }

    public Person anySupporter(Random random) {
      return supporters.get(random.nextInt(supporters.size()));
    }
  }

  /** Begins a session for each of them, without the work of a password. */
  public static People of(Database database) {
    var sessionStore = new SessionStore((user, session) -> {});
    Map<Long, Person> known = new HashMap<>();
    LongFunction<Person> person =
        id ->
            known.computeIfAbsent(
                id,
                _ -> {
                  var user = new UserId(id);
                  return new Person(
                      user,
                      database
                          .write(tx -> sessionStore.createSession(tx, user, SessionClient.UNKNOWN))
                          .join());
                });
    LongStream odd = LongStream.rangeClosed(101, 120).filter(id -> id % 2 == 1);
    return new People(
        List.of(
            circle(person, LongStream.of(1, 10, 11), LongStream.rangeClosed(101, 120)),
            circle(person, LongStream.of(2, 20, 21, 22), odd)));
  }

  /** Grants all but the last three supporters of each, who are to be refused now and then. */
  public void allowMuch(String url) {
    circles.forEach(circle -> circle.allowMuch(url));
  }

  private static Circle circle(LongFunction<Person> person, LongStream admins, LongStream readers) {
    List<Person> team = admins.mapToObj(person).toList();
    return new Circle(team.getFirst().user().value(), team, readers.mapToObj(person).toList());
  }

  /** Everybody once. */
  public Stream<Person> all() {
    return circles.stream()
        .flatMap(circle -> Stream.concat(circle.admins.stream(), circle.supporters.stream()))
        .distinct();
  }

  /** The first creator's circle twice as often as the second's, which is half as large. */
  public Circle anyCircle(Random random) {
    return circles.get(random.nextInt(3) / 2);
  }
}
