package io.bookbell.server.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Services;
import io.bookbell.server.Statements;
import io.bookbell.server.TestServer;
import io.bookbell.server.activity.ActivityMigration;
import io.bookbell.server.http.IdempotencyService;
import io.bookbell.server.notification.NotificationMigration;
import io.bookbell.server.receipt.MessageRetention;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Receives and confirms messages, and runs the tasks of the server. */
final class BackgroundCalls extends RouteCalls {
  BackgroundCalls(Set<String> called, Statements statements) {
    super(called, statements);
  }

  void socket(TestServer server) {
    Cast cast = server.cast();
    long id = cast.supporter().id();
    try (var socket = cast.supporter().client().connect(id)) {
      socket.await("initial_data");
      cast.supporter().ask(cast.creator(), "Kindred");
      long seq = socket.await("book_request_update").get("seq").asLong();
      socket.send("{\"type\":\"ping\"}");
      socket.send("{\"type\":\"answering\",\"book_request_id\":1}");
      socket.send("{\"type\":\"ack\",\"seq\":" + seq + "}");
      await().until(() -> statements.anyContains("INSERT INTO receipt"));
    }
    try (var again = cast.supporter().client().connect(id, "1")) {
      again.await("resumed");
    }
    get(cast.supporter().client(), "/api/messages");
    post(cast.supporter().client(), "/api/messages/ack", Map.of("seq", 1));
  }

  /** The tasks that the server runs once a minute, with work to do for each. */
  void housekeeping(TestServer server) {
    var services = new Services(Services.ClientNotifier.noOp());
    var messageRetention =
        new MessageRetention(
            services.inbox,
            services.receipts,
            services.sessions,
            services.keys,
            Duration.ofDays(-1));
    List<Consumer<Transaction>> steps =
        List.of(
            tx -> messageRetention.removeBatch(tx, new UserId(1)),
            tx -> services.requestedBooks.indexOlder(tx),
            tx -> services.periodTurns.renewBatch(tx.atTime(later().plus(Duration.ofDays(40)))),
            tx -> {
              while (services.nameErasure.eraseBatch(tx.atTime(later()))) {
                // the next step
              }
            },
            tx -> services.renamed.indexBatch(tx.atTime(Instant.now().plus(Duration.ofDays(1)))),
            services.accounts::migrateOlderAccounts,
            ActivityMigration::migrateBatch,
            NotificationMigration::migrateBatch,
            tx -> services.tickets.removeExpired(tx),
            services.resetLinks::removeExpired,
            services.handovers::removeExpired,
            services.sessions::removeEndedMarkers,
            tx -> services.sessions.findExisting(tx, List.of("none")),
            tx -> services.keys.findExisting(tx, List.of("none")),
            tx -> services.sessions.endExpired(tx.atTime(Instant.now().plus(Duration.ofDays(400)))),
            tx -> services.keys.removeExpired(tx.atTime(Instant.now().plus(Duration.ofDays(400)))),
            tx -> services.keys.revokeAll(tx, new UserId(1)),
            tx ->
                services.loginLimit.removeExpired(
                    tx.atTime(Instant.now().plus(Duration.ofDays(1)))),
            tx ->
                IdempotencyService.deleteExpired(
                    tx.atTime(Instant.now().plus(Duration.ofDays(9)))));
    for (Consumer<Transaction> step : steps) {
      server
          .database()
          .write(
              tx -> {
                step.accept(tx);
                return true;
              })
          .join();
    }
    assertThat(statements.anyContains("DELETE FROM message")).isTrue();
    assertThat(statements.anyContains("DELETE FROM idempotency_key")).isTrue();
  }

  private static Instant later() {
    return Instant.now().plus(Duration.ofDays(1));
  }
}
