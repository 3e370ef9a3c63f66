package io.bookbell.hub.redis;

import io.bookbell.hub.UserId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads the parts of a frame, and believes nothing: no length is trusted before so many bytes are
 * there. For one thread.
 */
final class WireInput {
  private static final int MOST_BITS = 64;

  private final byte[] bytes;
  private int next;

  WireInput(byte[] bytes) {
    this.bytes = bytes;
  }

  int octet() throws MalformedFrameException {
    require(next < bytes.length, "the frame ends too early");
    return bytes[next++] & 0xFF;
  }

  long number() throws MalformedFrameException {
    long value = 0;
    for (int shift = 0; shift < MOST_BITS; shift += 7) {
      int octet = octet();
      value |= (long) (octet & 0x7F) << shift;
      if ((octet & 0x80) == 0) {
        return value;
      }
    }
    throw new MalformedFrameException("a number has more than " + MOST_BITS + " bits");
  }

  /** How many things follow, each of at least one byte. */
  int count() throws MalformedFrameException {
    long count = number();
    require(count >= 0 && count <= bytes.length - next, "more is promised than follows");
    return (int) count;
  }

  byte[] block() throws MalformedFrameException {
    int length = count();
    next += length;
    return Arrays.copyOfRange(bytes, next - length, next);
  }

  String text() throws MalformedFrameException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(block())).toString();
    } catch (CharacterCodingException notText) {
      throw new MalformedFrameException("a text is not UTF-8");
    }
  }

  UserId user() throws MalformedFrameException {
    return user(number());
  }

  Set<UserId> users() throws MalformedFrameException {
    int count = count();
    Set<UserId> users = HashSet.newHashSet(count);
    long id = 0;
    for (int i = 0; i < count; i++) {
      long distance = number();
      require(distance > 0, "users are not in ascending order");
      id += distance;
      users.add(user(id));
    }
    return users;
  }

  void end() throws MalformedFrameException {
    require(next == bytes.length, "something follows the frame");
  }

  private static UserId user(long id) throws MalformedFrameException {
    require(id > 0, "a user's id is not positive");
    return new UserId(id);
  }

  static void require(boolean met, String otherwise) throws MalformedFrameException {
    if (!met) {
      throw new MalformedFrameException(otherwise);
    }
  }
}
