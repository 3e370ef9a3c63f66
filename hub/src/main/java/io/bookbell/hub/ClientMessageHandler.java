package io.bookbell.hub;

/**
 * Handles the messages that clients send. Called on the connection's event loop, one message at a
 * time, so it must not block. Exceptions are logged, and the connection stays open.
 */
@FunctionalInterface
public interface ClientMessageHandler {
  /**
   * Handles a complete text message: valid UTF-8 of at most {@link HubOptions.Client#maxFrameBytes}
   * bytes.
   */
  void onText(Connection connection, String text);

  /**
   * Handles a complete binary message. The default passes an empty text to {@link #onText}, so that
   * it is handled like an invalid message.
   */
  default void onBinary(Connection connection, byte[] payload) {
    onText(connection, "");
  }
}
