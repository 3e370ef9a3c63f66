package io.bookbell.server.resilience.workload;

import io.bookbell.server.resilience.workload.People.Person;
import io.bookbell.server.support.TestClient;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * What somebody tells the server to do: the same each time it is sent.
 *
 * @param key its {@code Idempotency-Key}
 * @param effect what {@link Stored#effects} counts when it is done; only commands that exclude each
 *     other share one
 */
public record Command(Person by, String path, Map<String, ?> body, String key, String effect) {

  public CompletableFuture<Outcome> send(String url) {
    return by.at(url)
        .postLater(path, body, Map.of("Idempotency-Key", key))
        .handle(
            (reply, failure) ->
                failure == null ? outcome(reply) : new Outcome.Unknown(failure.toString()));
  }

  private static Outcome outcome(TestClient.Reply reply) {
    return switch (reply.status() / 100) {
      case 2 -> new Outcome.Done(reply.body());
      case 4 -> new Outcome.Refused(reply.code());
      default -> new Outcome.Unknown(reply.status() + " " + reply.raw().body());
    };
  }
}
