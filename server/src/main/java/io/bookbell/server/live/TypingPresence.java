package io.bookbell.server.live;

import io.bookbell.hub.Connection;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.request.RequestListService;
import io.bookbell.server.request.RequestListService.Colleagues;
import io.bookbell.server.storage.Database;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which admin is answering which request, broadcast to the rest of the team and never stored.
 * Thread-safe; the state is in two concurrent maps.
 *
 * <p>Each message is about a single admin, so nodes don't need to know each other's state. If a
 * message is lost, the next renewal repeats it, or it expires at the receiver.
 */
final class TypingPresence {
  static final Duration LIFETIME = Duration.ofSeconds(20);

  private static final Logger log = LoggerFactory.getLogger(TypingPresence.class);

  private final Database database;
  private final RequestListService requests;
  private final BiConsumer<Message, Set<UserId>> broadcast;
  private final Duration lifetime;
  private final AtomicLong lastReportNumber = new AtomicLong();

  /** The number of each connection's newest report. */
  private final ConcurrentHashMap<Long, Long> latestReports = new ConcurrentHashMap<>();

  private final ConcurrentHashMap<UserId, TypingState> typingByUser = new ConcurrentHashMap<>();

  /**
   * @param lifetime how long a report is valid unless it is renewed
   */
  TypingPresence(
      Database database,
      RequestListService requests,
      BiConsumer<Message, Set<UserId>> broadcast,
      Duration lifetime) {
    this.database = database;
    this.requests = requests;
    this.broadcast = broadcast;
    this.lifetime = lifetime;
  }

  /**
   * The request that an admin is answering.
   *
   * @param reportNumber the number of the report that said so
   */
  private record TypingState(
      long connection, long reportNumber, long request, Colleagues colleagues) {}

  /**
   * Reports that the user of a connection is answering a request.
   *
   * @param refused called if the user may not answer it
   */
  void startTyping(Connection connection, long request, Runnable refused) {
    long reportNumber = lastReportNumber.incrementAndGet();
    latestReports.put(connection.id(), reportNumber);
    var _ =
        database
            .read(tx -> requests.findColleagues(tx, connection.user(), request))
            .whenComplete(
                (found, failure) -> {
                  if (failure != null) {
                    log.warn("The colleagues of {} could not be read", connection, failure);
                  } else if (found.isEmpty()) {
                    refused.run();
                  } else {
                    recordIfNewest(
                        connection,
                        new TypingState(connection.id(), reportNumber, request, found.get()));
                  }
                });
  }

  private void recordIfNewest(Connection connection, TypingState typingState) {
    UserId user = connection.user();
    boolean[] newest = new boolean[1];
    typingByUser.compute(
        user,
        (_, before) -> {
          newest[0] =
              Long.valueOf(typingState.reportNumber).equals(latestReports.get(connection.id()));
          return newest[0] ? typingState : before;
        });
    if (newest[0]) {
      broadcastTyping(user, typingState, typingState.request);
      CompletableFuture.delayedExecutor(lifetime.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> clearState(user, typingState));
    }
  }

  /** Reports that the user of a connection isn't answering any request on it, or no longer. */
  void stopTyping(Connection connection) {
    latestReports.remove(connection.id());
    Optional.ofNullable(typingByUser.get(connection.user()))
        .filter(typingState -> typingState.connection == connection.id())
        .ifPresent(typingState -> clearState(connection.user(), typingState));
  }

  private void clearState(UserId user, TypingState typingState) {
    if (typingByUser.remove(user, typingState)) {
      broadcastTyping(user, typingState, null);
    }
  }

  private void broadcastTyping(UserId user, TypingState typingState, @Nullable Long request) {
    Colleagues colleagues = typingState.colleagues;
    if (!colleagues.others().isEmpty()) {
      var typingMessage =
          new TypingMessage(
              "answering", colleagues.creator(), new TypingUser(user, colleagues.name()), request);
      broadcast.accept(Message.of(Json.writeAsBytes(typingMessage)), colleagues.others());
    }
  }

  private record TypingMessage(
      String type, UserId creatorId, TypingUser user, @Nullable Long bookRequestId) {}

  private record TypingUser(UserId userId, String name) {}
}
