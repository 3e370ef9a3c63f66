package io.bookbell.hub.internal.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Message;
import io.bookbell.hub.Position;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Encodes server-sent events: {@code id: epoch:seq} if the message is numbered, {@code event:} with
 * its type, and {@code data:} with the JSON in one line. One for each connection, because of the
 * epoch. An event is always written as a whole, so an id never arrives without its data.
 */
public final class EventStreamEncoder implements MessageEncoder {
  private static final byte[] ID = "id: ".getBytes(US_ASCII);
  private static final byte[] EVENT = "event: ".getBytes(US_ASCII);
  private static final byte[] DATA = "data: ".getBytes(US_ASCII);

  /** The names of the fields, and the line breaks. */
  private static final int FIXED = ID.length + EVENT.length + DATA.length + 4;

  private static final byte[] NO_EPOCH = {};

  /** The shortest {@code retry}, in milliseconds. */
  private static final long MIN_RETRY = 1000;

  /** The most digits of a delay. */
  private static final int MAX_DIGITS = 9;

  private byte[] epoch = NO_EPOCH;
  private long snapshotSequence = Sequence.NONE;
  private @Nullable Message snapshot;

  /** Sets the epoch of the ids, before the first message is encoded. */
  public void startFrom(Position position) {
    epoch = position.epoch().map(name -> (name + ":").getBytes(US_ASCII)).orElse(NO_EPOCH);
  }

  /** Sets the message that gets a position as its id although it has no number. */
  public void startFromSnapshot(Position position, Message first) {
    startFrom(position);
    snapshot = first;
    snapshotSequence = position.seq();
  }

  @Override
  public int maxSize(Message message, long sequence) {
    long id = idOf(message, sequence);
    int digits = id == Sequence.NONE ? 0 : Sequence.digitCount(id);
    return FIXED
        + epoch.length
        + digits
        + message.type().length()
        + NumberedJson.sizeOf(message, sequence);
  }

  @Override
  public void encode(Message message, long sequence, ByteBuf out) {
    long id = idOf(message, sequence);
    if (id != Sequence.NONE) {
      out.writeBytes(ID).writeBytes(epoch);
      Sequence.writeDecimal(id, out);
      out.writeByte('\n');
    }
    if (!message.type().isEmpty()) {
      out.writeBytes(EVENT);
      out.writeCharSequence(message.type(), US_ASCII);
      out.writeByte('\n');
    }
    out.writeBytes(DATA);
    NumberedJson.write(message, sequence, out);
    out.writeByte('\n').writeByte('\n');
    if (isSnapshot(message)) {
      snapshot = null; // or it would stay in memory with the connection
    }
  }

  private long idOf(Message message, long sequence) {
    return isSnapshot(message) ? snapshotSequence : sequence;
  }

  @SuppressWarnings("ReferenceEquality") // it is one particular message, whatever its content
  private boolean isSnapshot(Message message) {
    return message == snapshot;
  }

  /** A line without meaning, which keeps proxies from closing an idle stream. */
  public static void encodeComment(ByteBuf out) {
    out.writeByte(':').writeByte('\n');
  }

  /**
   * The last event of a stream. With code 1001, {@code retry} tells browsers, which reconnect by
   * themselves, to do so a second after the delay at the earliest: they keep it for all later
   * attempts, too, so it is never short.
   */
  public static void encodeClose(CloseReason reason, ByteBuf out) {
    StringBuilder event = new StringBuilder();
    if (reason.code() == CloseReason.GOING_AWAY.code() && isNumber(reason.text())) {
      event.append("retry: ").append(MIN_RETRY + Long.parseLong(reason.text())).append('\n');
    }
    event
        .append("event: close\ndata: {\"type\":\"close\",\"code\":")
        .append(reason.code())
        .append(",\"reason\":\"")
        .append(escaped(reason.text()))
        .append("\"}\n\n");
    out.writeCharSequence(event, UTF_8);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_DIGITS
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static String escaped(String text) {
    StringBuilder json = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              if (c < ' ' || c == '"' || c == '\\') {
                json.append("\\u%04x".formatted(c));
              } else {
                json.append((char) c);
              }
            });
    return json.toString();
  }
}
