package io.bookbell.bench.commits;

import io.bookbell.bench.commits.People.Circle;
import io.bookbell.bench.commits.People.Person;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sends commands of some creators, their admins and supporters to one server over HTTP. Half of the
 * requests created are there to be approved, half to be rejected. Thread-safe.
 */
final class CommandClient {
  private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");

  private final HttpClient http;
  private final int port;
  private final List<Circle> circles;
  private final AtomicInteger numbers;
  private final Queue<Stored> toApprove = new ConcurrentLinkedQueue<>();
  private final Queue<Stored> toReject = new ConcurrentLinkedQueue<>();
  private final Queue<Stored> decided = new ConcurrentLinkedQueue<>();

  /**
   * @param numbers the last number in a title, for all clients of a server
   */
  CommandClient(HttpClient http, int port, List<Circle> circles, AtomicInteger numbers) {
    this.http = http;
    this.port = port;
    this.circles = circles;
    this.numbers = numbers;
  }

  /** A request that the server has stored. */
  private record Stored(long id, int number, Circle circle, Person supporter) {}

  /**
   * A command to send.
   *
   * @param number in the title of its request
   * @param whenAnswered takes the body of the response
   */
  record NextCommand(int number, Circle circle, HttpRequest http, Consumer<String> whenAnswered) {}

  /** Opens a socket for every admin. */
  AdminSockets openSockets() {
    return AdminSockets.open(http, port, circles);
  }

  /** Returns a command to send; empty if there is no request left for it. */
  Optional<NextCommand> next(CommandKind kind) {
    return switch (kind) {
      case CREATE -> Optional.of(create());
      case APPROVE -> Optional.ofNullable(toApprove.poll()).map(it -> decide(it, "approved"));
      case REJECT -> Optional.ofNullable(toReject.poll()).map(it -> decide(it, "rejected"));
      case REPLY -> Optional.ofNullable(decided.poll()).map(this::reply);
    };
  }

  /**
   * Sends a command.
   *
   * @return fails unless the status is 2xx
   */
  CompletableFuture<?> send(NextCommand command) {
    return http.sendAsync(command.http, BodyHandlers.ofString())
        .thenAccept(answer -> command.whenAnswered.accept(requireSuccess(answer)));
  }

  private NextCommand create() {
    int number = numbers.incrementAndGet();
    Circle circle = circles.get(number % circles.size());
    List<Person> supporters = circle.supporters();
    Person supporter = supporters.get(number / circles.size() % supporters.size());
    String body =
        "{\"creator_id\":%s,\"title\":\"Book %d\",\"author\":\"Somebody\"}"
            .formatted(circle.creator(), number);
    Queue<Stored> pending = number / circles.size() % 2 == 0 ? toApprove : toReject;
    return new NextCommand(
        number,
        circle,
        post("", supporter, body),
        answer -> pending.add(new Stored(readId(answer), number, circle, supporter)));
  }

  private NextCommand decide(Stored stored, String status) {
    List<Person> admins = stored.circle.admins();
    String body = "{\"status\":\"%s\",\"response\":\"We had a look.\"}".formatted(status);
    return new NextCommand(
        stored.number,
        stored.circle,
        post("/" + stored.id + "/respond", admins.get(stored.number % admins.size()), body),
        _ -> decided.add(stored));
  }

  private NextCommand reply(Stored stored) {
    return new NextCommand(
        stored.number,
        stored.circle,
        post("/" + stored.id + "/reply", stored.supporter, "{\"body\":\"Thanks for looking.\"}"),
        _ -> decided.add(stored));
  }

  private HttpRequest post(String path, Person person, String body) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + port + "/api/book-requests" + path))
        .header("Authorization", "Bearer " + person.token())
        .header("Content-Type", "application/json")
        .header("Idempotency-Key", UUID.randomUUID().toString())
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private static String requireSuccess(HttpResponse<String> answer) {
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }

  private static long readId(String answer) {
    Matcher id = ID.matcher(answer);
    if (!id.find()) {
      throw new IllegalStateException("a new request without an id: " + answer);
    }
    return Long.parseLong(id.group(1));
  }
}
