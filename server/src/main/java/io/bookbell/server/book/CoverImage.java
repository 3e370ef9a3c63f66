package io.bookbell.server.book;

import io.bookbell.server.http.PictureType;
import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * A cover image.
 *
 * @param type the media type
 */
public record CoverImage(String type, Buffer content) {

  /** Detects the type by the first bytes; empty if they are those of no supported image type. */
  static Optional<CoverImage> of(byte[] content) {
    return PictureType.of(content)
        .map(type -> new CoverImage(type.mediaType(), Buffer.buffer(content)));
  }
}
