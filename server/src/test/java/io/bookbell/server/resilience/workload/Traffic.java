package io.bookbell.server.resilience.workload;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.resilience.workload.People.Circle;
import io.bookbell.server.resilience.workload.People.Person;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Makes up commands that get in each other's way: of all kinds, by everybody, on requests that
 * several act on at once. For one thread.
 */
public final class Traffic {
  private static final List<String> DECISIONS = List.of("approved", "rejected", "completed");

  private final Random random;
  private final People people;
  private final TreeMap<Long, Known> open = new TreeMap<>();
  private int count;

  public Traffic(Random random, People people) {
    this.random = random;
    this.people = people;
  }

  /** A request that was neither rejected, completed nor cancelled when it was last heard of. */
  private record Known(Circle circle, Person owner) {}

  public List<Command> next(int howMany) {
    return Stream.generate(this::next).limit(howMany).toList();
  }

  private Command next() {
    String key = "c-" + ++count;
    int kind = open.isEmpty() ? 0 : random.nextInt(100);
    if (kind < 40) {
      return create(key);
    }
    if (kind < 50) {
      return grant(key);
    }
    Long id = anyOpen();
    Known request = open.get(id);
    if (kind < 70) {
      return respond(key, id, request);
    }
    return kind < 90 ? reply(key, id, request) : cancel(key, id, request);
  }

  /** Mostly one of the newest, so that many meet. */
  private Long anyOpen() {
    List<Long> newest = open.descendingKeySet().stream().limit(60).toList();
    return newest.get(random.nextInt(newest.size()));
  }

  private Command create(String key) {
    Circle circle = people.anyCircle(random);
    var body = Map.of("creator_id", circle.creator(), "title", key, "author", "Somebody");
    return new Command(circle.anySupporter(random), "/api/book-requests", body, key, key);
  }

  private Command grant(String key) {
    Circle circle = people.anyCircle(random);
    var user = circle.anySupporter(random).user();
    String path = "/api/supporters/" + user + "/grant?creator_id=" + circle.creator();
    var body = Map.of("amount", 1 + random.nextInt(3), "reason", key);
    return new Command(circle.anyAdmin(random), path, body, key, key);
  }

  private Command respond(String key, long id, Known request) {
    String status = DECISIONS.get(random.nextInt(DECISIONS.size()));
    var body = Map.of("status", status, "response", key);
    return new Command(request.circle.anyAdmin(random), on(id, "respond"), body, key, key);
  }

  private Command reply(String key, long id, Known request) {
    Person by = random.nextBoolean() ? request.owner : request.circle.anyAdmin(random);
    return new Command(by, on(id, "reply"), Map.of("body", key), key, key);
  }

  private Command cancel(String key, long id, Known request) {
    return new Command(request.owner, on(id, "cancel"), Map.of(), key, Stored.cancellationOf(id));
  }

  private static String on(long id, String action) {
    return "/api/book-requests/" + id + "/" + action;
  }

  /** Takes in what a command was answered, so that later ones can go on from there. */
  public void learn(JsonNode answer) {
    if (!answer.has("status")) {
      return;
    }
    long id = answer.get("id").asLong();
    switch (answer.get("status").asText()) {
      case "pending", "approved" -> open.putIfAbsent(id, known(answer));
      default -> open.remove(id);
    }
  }

  private Known known(JsonNode request) {
    Circle circle =
        people.circles().stream()
            .filter(each -> each.creator() == request.get("creator_id").asLong())
            .findFirst()
            .orElseThrow();
    Person owner =
        circle.supporters().stream()
            .filter(each -> each.user().value() == request.get("user_id").asLong())
            .findFirst()
            .orElseThrow();
    return new Known(circle, owner);
  }
}
