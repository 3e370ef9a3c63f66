package io.bookbell.hub;

/**
 * What to do with the frames that clients send. Called on the connection's event loop, one frame at
 * a time; must not block. What it throws is logged, and the connection stays open.
 */
@FunctionalInterface
public interface ClientMessageHandler {
  /** A whole text message, valid UTF-8 of at most {@link HubOptions.Client#maxFrameBytes}. */
  void onText(Connection connection, String text);

  /**
   * A whole binary message. Unless overridden: as a text that nobody understands, the empty one.
   */
  default void onBinary(Connection connection, byte[] payload) {
    onText(connection, "");
  }
}
