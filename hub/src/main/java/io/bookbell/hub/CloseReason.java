package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The close code and text sent to a client when its connection is closed. Immutable.
 *
 * @param code the close code of RFC 6455, 1000 to 4999
 * @param text at most 123 bytes of UTF-8. With code 1001, the delay in milliseconds after which the
 *     client should reconnect; if empty, the hub draws a random delay for each connection
 */
public record CloseReason(int code, String text) {
  /** A control frame holds at most 125 bytes, of which the code takes two. */
  private static final int MAX_TEXT_BYTES = 123;

  public static final CloseReason NORMAL = new CloseReason(1000, "");
  public static final CloseReason GOING_AWAY = new CloseReason(1001, "");
  public static final CloseReason PROTOCOL_ERROR = new CloseReason(1002, "protocol error");
  public static final CloseReason NOT_UTF8 = new CloseReason(1007, "text is not UTF-8");
  public static final CloseReason POLICY = new CloseReason(1008, "policy");
  public static final CloseReason TOO_LARGE = new CloseReason(1009, "message too large");
  public static final CloseReason SESSION_ENDED = new CloseReason(4401, "session ended");
  public static final CloseReason TOO_SLOW = new CloseReason(4408, "too slow");
  public static final CloseReason TOO_MANY_MESSAGES = new CloseReason(4429, "too many messages");

  /**
   * @throws IllegalArgumentException if the code is out of range or the text is too long
   */
  public CloseReason {
    if (code < 1000 || code > 4999) {
      throw new IllegalArgumentException("a close code is from 1000 to 4999, got " + code);
    }
    int bytes = text.getBytes(UTF_8).length;
    if (bytes > MAX_TEXT_BYTES) {
      throw new IllegalArgumentException(
          "a close text has at most " + MAX_TEXT_BYTES + " bytes, got " + bytes);
    }
  }
}
