package io.bookbell.server.crash;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.Sessions;
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
record People(List<Circle> circles) {

  /** Somebody with a session. */
  record Person(UserId user, String token) {
    TestClient at(String url) {
      return new TestClient(url, Optional.of(token));
    }
  }

  /**
   * A creator's surroundings.
   *
   * @param admins the creator first, then the team
   */
  record Circle(long creator, List<Person> admins, List<Person> supporters) {
    Person anyAdmin(Random random) {
      return admins.get(random.nextInt(admins.size()));
    }

    Person anySupporter(Random random) {
      return supporters.get(random.nextInt(supporters.size()));
    }
  }

  /** Begins a session for each of them, without the work of a password. */
  static People of(Database database) {
    var sessions = new Sessions((user, session) -> {});
    Map<Long, Person> known = new HashMap<>();
    LongFunction<Person> person =
        id ->
            known.computeIfAbsent(
                id,
                _ -> {
                  var user = new UserId(id);
                  return new Person(user, database.write(tx -> sessions.begin(tx, user)).join());
                });
    LongStream odd = LongStream.rangeClosed(101, 120).filter(id -> id % 2 == 1);
    return new People(
        List.of(
            circle(person, LongStream.of(1, 10, 11), LongStream.rangeClosed(101, 120)),
            circle(person, LongStream.of(2, 20, 21, 22), odd)));
  }

  private static Circle circle(LongFunction<Person> person, LongStream admins, LongStream readers) {
    List<Person> team = admins.mapToObj(person).toList();
    return new Circle(team.getFirst().user().value(), team, readers.mapToObj(person).toList());
  }

  /** Everybody once. */
  Stream<Person> all() {
    return circles.stream()
        .flatMap(circle -> Stream.concat(circle.admins.stream(), circle.supporters.stream()))
        .distinct();
  }

  /** The first creator's circle twice as often as the second's, which is half as large. */
  Circle anyCircle(Random random) {
    return circles.get(random.nextInt(3) / 2);
  }
}
