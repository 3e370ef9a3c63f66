package io.bookbell.hub.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Message;
import io.netty.buffer.ByteBuf;

/** Encodes server frames of RFC 6455: unfragmented and unmasked. Stateless. */
public final class FrameEncoder {
  /** The longest header: two bytes and an eight-byte length. */
  private static final int MAX_HEADER_BYTES = 10;

  private static final int FINAL = 0x80;
  private static final int TEXT = 0x1;
  private static final int CLOSE = 0x8;
  private static final int PING = 0x9;
  private static final int PONG = 0xA;
  private static final int MAX_ONE_BYTE_LENGTH = 125;
  private static final int LENGTH_IN_TWO_BYTES = 126;
  private static final int LENGTH_IN_EIGHT_BYTES = 127;

  /** Encodes messages as text frames. */
  public static final MessageEncoder TEXT_FRAMES =
      new MessageEncoder() {
        @Override
        public int maxSize(Message message, long sequence) {
          return maxFrameSize(message, sequence);
        }

        @Override
        public void encode(Message message, long sequence, ByteBuf out) {
          encodeText(message, sequence, out);
        }
      };

  private FrameEncoder() {}

  /** An upper bound for the size of a message's text frame, in bytes. */
  static int maxFrameSize(Message message, long sequence) {
    return MAX_HEADER_BYTES + NumberedJson.sizeOf(message, sequence);
  }

  /**
   * Encodes a message, with {@code "seq":N,} as its first field unless the number is {@link
   * Sequence#NONE}.
   */
  static void encodeText(Message message, long sequence, ByteBuf out) {
    encodeHeader(TEXT, NumberedJson.sizeOf(message, sequence), out);
    NumberedJson.write(message, sequence, out);
  }

  public static void encodePing(ByteBuf out) {
    encodeHeader(PING, 0, out);
  }

  public static void encodePong(ByteBuf payload, ByteBuf out) {
    encodeHeader(PONG, payload.readableBytes(), out);
    out.writeBytes(payload, payload.readerIndex(), payload.readableBytes());
  }

  public static void encodeClose(CloseReason reason, ByteBuf out) {
    byte[] text = reason.text().getBytes(UTF_8);
    encodeHeader(CLOSE, 2 + text.length, out);
    out.writeShort(reason.code()).writeBytes(text);
  }

  /** Answers a close frame without a code. */
  public static void encodeEmptyClose(ByteBuf out) {
    encodeHeader(CLOSE, 0, out);
  }

  private static void encodeHeader(int kind, int length, ByteBuf out) {
    out.writeByte(FINAL | kind);
    if (length <= MAX_ONE_BYTE_LENGTH) {
      out.writeByte(length);
    } else if (length <= 0xFFFF) {
      out.writeByte(LENGTH_IN_TWO_BYTES).writeShort(length);
    } else {
      out.writeByte(LENGTH_IN_EIGHT_BYTES).writeLong(length);
    }
  }
}
