package io.bookbell.server.book;

import io.bookbell.server.web.PictureType;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * A cover.
 *
 * @param type as which browsers may take it
 */
public record CoverImage(String type, Buffer content) {

  /** By what the content begins with, whatever it was called; empty for what is no such picture. */
  static Optional<CoverImage> of(byte[] content) {
    return PictureType.of(content)
        .map(type -> new CoverImage(type.mediaType(), Buffer.buffer(content)));
  }
}
