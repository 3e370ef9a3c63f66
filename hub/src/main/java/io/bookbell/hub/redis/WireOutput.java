package io.bookbell.hub.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.UserId;
import java.util.Arrays;
import java.util.Collection;

/** Encodes the fields of a frame. Not thread-safe. */
final class WireOutput {
  private byte[] bytes = new byte[256];
  private int size;

  void writeByte(int value) {
    ensureCapacity(1);
    bytes[size++] = (byte) value;
  }

  /** Writes seven bits per byte, the lowest first, so small numbers are short. */
  void writeVarint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      writeByte((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    writeByte((int) rest);
  }

  void writeString(String text) {
    writeBytes(text.getBytes(UTF_8));
  }

  /** Writes the length, then the bytes. */
  void writeBytes(byte[] block) {
    writeVarint(block.length);
    ensureCapacity(block.length);
    System.arraycopy(block, 0, bytes, size, block.length);
    size += block.length;
  }

  /**
   * Writes ids in ascending order, each as its distance from the previous one; most distances are
   * small.
   */
  void writeUserIds(Collection<UserId> users) {
    long[] ids = users.stream().mapToLong(UserId::value).sorted().toArray();
    writeVarint(ids.length);
    long before = 0;
    for (long id : ids) {
      writeVarint(id - before);
      before = id;
    }
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  private void ensureCapacity(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
