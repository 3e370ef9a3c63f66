package io.bookbell.example;

import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.ClientMessageHandler;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.MessageHistory;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import io.bookbell.hub.redis.RedisBackplane;
import io.bookbell.hub.redis.RedisOptions;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Two managers of one application on one Redis. Their channels have users and histories of their
 * own, and neither hears the other.
 */
record ChatAndBooks(WebSocketManager chat, WebSocketManager books) {
  private static final System.Logger log = System.getLogger(ChatAndBooks.class.getName());

  /** Connects both managers to the Redis on this machine. */
  static ChatAndBooks onRedis(
      MessageHistory chatHistory,
      ClientMessageHandler chatMessages,
      MessageHistory bookHistory,
      ClientMessageHandler bookMessages) {
    HubOptions options = HubOptions.defaults();
    InstantSource clock = InstantSource.system();
    Backplane nodes = new RedisBackplane(RedisOptions.forUri("redis://localhost:6379"));
    var chat = new WebSocketManager("chat", options, chatHistory, chatMessages, nodes, clock);
    var books = new WebSocketManager("books", options, bookHistory, bookMessages, nodes, clock);
    return new ChatAndBooks(chat, books);
  }

  /** How far the histories of one channel reach: usually one query of the database. */
  @FunctionalInterface
  interface HistoryHeads {
    /** Returns the highest number of each of these users who has any. */
    Map<UserId, Long> newest(Set<UserId> users);
  }

  /** Finds what other nodes have committed and Redis hasn't told. */
  void pollEverySecond(
      ScheduledExecutorService timer, HistoryHeads chatHeads, HistoryHeads bookHeads) {
    var _ =
        timer.scheduleWithFixedDelay(
            () -> {
              announceNewest(chat, chatHeads);
              announceNewest(books, bookHeads);
            },
            1,
            1,
            SECONDS);
  }

  /** A failure must not end the schedule. */
  static void announceNewest(WebSocketManager manager, HistoryHeads heads) {
    try {
      manager.announce(heads.newest(manager.connectedUsers()));
    } catch (RuntimeException failure) {
      log.log(WARNING, "The histories could not be read; trying again in a second", failure);
    }
  }
}
