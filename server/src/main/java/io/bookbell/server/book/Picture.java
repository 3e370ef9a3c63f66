package io.bookbell.server.book;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * A cover.
 *
 * @param type as which browsers may take it
 */
public record Picture(String type, Buffer content) {

  /** By what the content begins with, whatever it was called; empty for what is no such picture. */
  static Optional<Picture> of(byte[] content) {
    return type(content).map(type -> new Picture(type, Buffer.buffer(content)));
  }

  private static Optional<String> type(byte[] content) {
    if (begins(content, 0, 0xFF, 0xD8, 0xFF)) {
      return Optional.of("image/jpeg");
    }
    if (begins(content, 0, 0x89, 'P', 'N', 'G')) {
      return Optional.of("image/png");
    }
    if (begins(content, 0, 'G', 'I', 'F', '8')) {
      return Optional.of("image/gif");
    }
    return begins(content, 0, 'R', 'I', 'F', 'F') && begins(content, 8, 'W', 'E', 'B', 'P')
        ? Optional.of("image/webp")
        : Optional.empty();
  }

  private static boolean begins(byte[] content, int at, int... signature) {
    if (content.length < at + signature.length) {
      return false;
    }
    for (int place = 0; place < signature.length; place++) {
      if ((content[at + place] & 0xFF) != signature[place]) {
        return false;
      }
    }
    return true;
  }
}
