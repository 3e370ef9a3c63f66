package io.bookbell.hub.internal.wire;

import io.netty.buffer.ByteBuf;

/** Encodes sequence numbers as decimal text in frames. Stateless. */
public final class Sequence {
  /** The value for a message without a sequence number. */
  public static final long NONE = -1;

  private static final int MAX_DIGITS = 19;

  private Sequence() {}

  /** The number of decimal digits. */
  static int digitCount(long sequence) {
    int digits = 1;
    for (long bound = 10; digits < MAX_DIGITS && sequence >= bound; bound *= 10) {
      digits++;
    }
    return digits;
  }

  /** Writes the number in decimal without allocating a string. */
  static void writeDecimal(long sequence, ByteBuf out) {
    int start = out.writerIndex();
    int digits = digitCount(sequence);
    out.ensureWritable(digits).writerIndex(start + digits);
    long rest = sequence;
    for (int place = start + digits - 1; place >= start; place--) {
      out.setByte(place, (byte) ('0' + rest % 10));
      rest /= 10;
    }
  }
}
