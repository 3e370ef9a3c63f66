package io.bookbell.hub.redis;

import io.bookbell.hub.UserId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Decodes the fields of a frame from an untrusted source: no length is used before that many bytes
 * are known to be there. Not thread-safe.
 */
final class WireInput {
  private static final int MAX_BITS = 64;

  private final byte[] bytes;
  private int next;

  WireInput(byte[] bytes) {
    this.bytes = bytes;
  }

  int readByte() throws MalformedFrameException {
    requireValid(next < bytes.length, "the frame ends too early");
    return bytes[next++] & 0xFF;
  }

  long readVarint() throws MalformedFrameException {
    long value = 0;
    for (int shift = 0; shift < MAX_BITS; shift += 7) {
      int octet = readByte();
      value |= (long) (octet & 0x7F) << shift;
      if ((octet & 0x80) == 0) {
        return value;
      }
    }
    throw new MalformedFrameException("a number has more than " + MAX_BITS + " bits");
  }

  /** Reads the number of items that follow, each of at least one byte. */
  int readCount() throws MalformedFrameException {
    long count = readVarint();
    requireValid(count >= 0 && count <= bytes.length - next, "more is promised than follows");
    return (int) count;
  }

  byte[] readBytes() throws MalformedFrameException {
    int length = readCount();
    next += length;
    return Arrays.copyOfRange(bytes, next - length, next);
  }

  String readString() throws MalformedFrameException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(readBytes())).toString();
    } catch (CharacterCodingException notText) {
      throw new MalformedFrameException("a text is not UTF-8");
    }
  }

  UserId readUserId() throws MalformedFrameException {
    return toUserId(readVarint());
  }

  Set<UserId> readUserIds() throws MalformedFrameException {
    int count = readCount();
    Set<UserId> users = HashSet.newHashSet(count);
    long id = 0;
    for (int i = 0; i < count; i++) {
      long distance = readVarint();
      requireValid(distance > 0, "users are not in ascending order");
      id += distance;
      users.add(toUserId(id));
    }
    return users;
  }

  void requireEnd() throws MalformedFrameException {
    requireValid(next == bytes.length, "something follows the frame");
  }

  private static UserId toUserId(long id) throws MalformedFrameException {
    requireValid(id > 0, "a user's id is not positive");
    return new UserId(id);
  }

  static void requireValid(boolean met, String otherwise) throws MalformedFrameException {
    if (!met) {
      throw new MalformedFrameException(otherwise);
    }
  }
}
