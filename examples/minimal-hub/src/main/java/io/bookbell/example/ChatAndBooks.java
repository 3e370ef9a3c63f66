package io.bookbell.example;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.ClientMessageHandler;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.MessageHistory;
import io.bookbell.hub.WebSocketManager;
import io.bookbell.hub.redis.RedisBackplane;
import io.bookbell.hub.redis.RedisOptions;
import java.time.InstantSource;

/**
 * Two managers of one application on one Redis. Their channels have users and histories of their
 * own, and neither hears the other.
 */
record ChatAndBooks(WebSocketManager chat, WebSocketManager books) {
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
}
