package io.bookbell.hub.internal.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookbell.hub.Message;
import io.netty.buffer.ByteBuf;

/** Writes a message's object with its number as the first field. Stateless. */
final class NumberedJson {
  private static final byte[] SEQUENCE_FIELD = "{\"seq\":".getBytes(US_ASCII);

  /** The size of an empty object, which gets no comma after the number. */
  private static final int EMPTY_OBJECT = 2;

  private NumberedJson() {}

  /** The size in bytes. */
  static int sizeOf(Message message, long sequence) {
    if (sequence == Sequence.NONE) {
      return message.size();
    }
    int separator = message.size() == EMPTY_OBJECT ? 0 : 1;
    int field = SEQUENCE_FIELD.length + Sequence.digitCount(sequence) + separator;
    return field + message.size() - 1; // the opening brace is part of the field
  }

  /** Writes {@code "seq":N,} first unless the number is {@link Sequence#NONE}. */
  static void write(Message message, long sequence, ByteBuf out) {
    if (sequence == Sequence.NONE) {
      message.writeTo(out, 0);
      return;
    }
    out.writeBytes(SEQUENCE_FIELD);
    Sequence.writeDecimal(sequence, out);
    if (message.size() != EMPTY_OBJECT) {
      out.writeByte(',');
    }
    message.writeTo(out, 1);
  }
}
