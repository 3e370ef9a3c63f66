package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object, encoded once and sent to any number of connections. Immutable, and on the heap:
 * any thread may use it, and it needs no release.
 *
 * <p>For a numbered delivery, {@code "seq":N,} is spliced in after the opening brace while the
 * frame is written, so all users share the bytes of the object.
 */
public final class Message {
  private final byte[] json;
  private final Optional<StateKey> state;

  /** Found when first asked for, by any thread; all find the same. */
  private @Nullable String type;

  private Message(byte[] json, Optional<StateKey> state) {
    this.json = json;
    this.state = state;
  }

  /**
   * Creates a message that is delivered as often as it is sent.
   *
   * @param jsonObject the UTF-8 text of one JSON object without a {@code seq} field and without
   *     surrounding whitespace
   * @throws IllegalArgumentException if the text doesn't start with '{' and end with '}'
   */
  public static Message of(byte[] jsonObject) {
    return new Message(checkedCopy(jsonObject), Optional.empty());
  }

  /**
   * Creates a state message: of each key only the newest version matters, so older ones may be
   * dropped while a connection catches up. Never numbered.
   *
   * <p>Each version is sent once on each node, whoever its audience is: of two calls with the same
   * key and version, only the first one sends anything. So name the whole audience in one call.
   *
   * @throws IllegalArgumentException if the text isn't an object, as in {@link #of}
   */
  public static Message state(String key, long version, byte[] jsonObject) {
    return new Message(checkedCopy(jsonObject), Optional.of(new StateKey(key, version)));
  }

  /** Creates a text that isn't JSON, such as a bare {@code pong}. Never numbered. */
  public static Message ofPlainText(String text) {
    return new Message(text.getBytes(UTF_8), Optional.empty());
  }

  private static byte[] checkedCopy(byte[] text) {
    if (text.length < 2 || text[0] != '{' || text[text.length - 1] != '}') {
      throw new IllegalArgumentException(
          "a message is one JSON object from '{' to '}', got " + text.length + " other bytes");
    }
    return onOneLine(text.clone());
  }

  /** Line breaks are valid between JSON tokens only, and would end a line of an event stream. */
  private static byte[] onOneLine(byte[] text) {
    for (int at = 0; at < text.length; at++) {
      if (text[at] == '\n' || text[at] == '\r') {
        text[at] = ' ';
      }
    }
    return text;
  }

  /** A copy of the encoded object, without a sequence number. */
  public byte[] json() {
    return json.clone();
  }

  /** A copy of the encoded object with its number as the first field, as clients receive it. */
  public byte[] json(long seq) {
    byte[] field = ("{\"seq\":" + seq + (json.length == 2 ? "" : ",")).getBytes(UTF_8);
    byte[] numbered = Arrays.copyOf(field, field.length + json.length - 1);
    System.arraycopy(json, 1, numbered, field.length, json.length - 1);
    return numbered;
  }

  /**
   * The value of the object's {@code type}, the name of an event; empty if that isn't a word of
   * letters, digits and {@code _ . -}.
   */
  public String type() {
    String found = type;
    if (found == null) {
      found = TypeField.read(json);
      type = found;
    }
    return found;
  }

  /** The size of the encoded object in bytes. */
  public int size() {
    return json.length;
  }

  /** The state that this message carries; empty if the message must not be dropped. */
  public Optional<StateKey> state() {
    return state;
  }

  /** Shows only size and state key, so that contents never reach a log. */
  @Override
  public String toString() {
    return "Message[" + json.length + " bytes" + state.map(key -> ", " + key).orElse("") + "]";
  }

  /**
   * Appends the encoded object to a buffer, without a copy in between.
   *
   * @param from the number of bytes to leave out at the start
   */
  public void writeTo(ByteBuf out, int from) {
    out.writeBytes(json, from, json.length - from);
  }

  /**
   * Identifies a state and its version.
   *
   * @param key identifies what the state describes
   * @param version increases with each change; the higher of two is the newer
   */
  public record StateKey(String key, long version) {}
}
