package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.util.Optional;

/**
 * One JSON object, encoded once and sent to any number of connections. Immutable and on the heap:
 * any thread may use it, nothing needs releasing.
 *
 * <p>A numbered delivery splices {@code "seq":N,} in behind the opening brace while the frame is
 * written, so the bytes of the object are shared and only a small header differs per user.
 */
public final class Message {
  private static final byte[] SEQUENCE_FIELD = "{\"seq\":".getBytes(US_ASCII);

  private final byte[] json;
  private final Optional<StateKey> state;

  private Message(byte[] json, Optional<StateKey> state) {
    this.json = json;
    this.state = state;
  }

  /**
   * A message that is delivered as often as it is sent.
   *
   * @param jsonObject the UTF-8 text of one JSON object without a {@code seq}, no space around it
   * @throws IllegalArgumentException if the text does not start with '{' and end with '}'
   */
  public static Message of(byte[] jsonObject) {
    return new Message(checkedCopy(jsonObject), Optional.empty());
  }

  /**
   * A state: of one key only the newest version matters, so older ones may be left out while a
   * connection catches up. Never numbered.
   *
   * @throws IllegalArgumentException if the text is not an object, as in {@link #of}
   */
  public static Message state(String key, long version, byte[] jsonObject) {
    return new Message(checkedCopy(jsonObject), Optional.of(new StateKey(key, version)));
  }

  /** A text frame that is not JSON, such as a bare {@code pong}. */
  static Message ofPlainText(String text) {
    return new Message(text.getBytes(UTF_8), Optional.empty());
  }

  private static byte[] checkedCopy(byte[] text) {
    if (text.length < 2 || text[0] != '{' || text[text.length - 1] != '}') {
      throw new IllegalArgumentException(
          "a message is one JSON object from '{' to '}', got " + text.length + " other bytes");
    }
    return text.clone();
  }

  /** A copy of the encoded object, without a sequence number. */
  public byte[] json() {
    return json.clone();
  }

  /** The bytes of the encoded object. */
  public int size() {
    return json.length;
  }

  /** What state this message tells; empty for a message that must not be left out. */
  public Optional<StateKey> state() {
    return state;
  }

  /** The size and kind only: what is said stays between the server and its users. */
  @Override
  public String toString() {
    return "Message[" + json.length + " bytes" + state.map(key -> ", " + key).orElse("") + "]";
  }

  /** The bytes of the payload when sent with this number ({@link Sequence#NONE}: without one). */
  int payloadSize(long sequence) {
    return sequence == Sequence.NONE
        ? json.length
        : json.length + SEQUENCE_FIELD.length - 1 + Sequence.digitCount(sequence) + separatorSize();
  }

  /** Writes the payload, with {@code "seq":N,} as its first field unless there is no number. */
  void writePayload(long sequence, ByteBuf out) {
    if (sequence == Sequence.NONE) {
      out.writeBytes(json);
      return;
    }
    out.writeBytes(SEQUENCE_FIELD);
    Sequence.writeDecimal(sequence, out);
    if (separatorSize() == 1) {
      out.writeByte(',');
    }
    out.writeBytes(json, 1, json.length - 1);
  }

  /** An empty object takes no comma behind the number. */
  private int separatorSize() {
    return json.length == 2 ? 0 : 1;
  }

  /**
   * Names a state and its age.
   *
   * @param key what it is the state of; the same key, the same thing
   * @param version grows with each change; of two, the higher is the newer
   */
  public record StateKey(String key, long version) {}
}
