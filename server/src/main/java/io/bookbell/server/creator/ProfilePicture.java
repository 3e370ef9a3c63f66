package io.bookbell.server.creator;

import io.bookbell.server.http.PictureType;
import io.bookbell.server.http.Problem;

/**
 * A profile picture as stored and sent. Pictures stored by earlier releases haven't been
 * re-encoded.
 */
public final class ProfilePicture {
  static final int MAX_BYTES = 512 * 1024;

  private final String mediaType;
  private final byte[] content;

  ProfilePicture(String mediaType, byte[] content) {
    this.mediaType = mediaType;
    this.content = content;
  }

  String mediaType() {
    return mediaType;
  }

  byte[] content() {
    return content;
  }

  /**
   * Validates and re-encodes an uploaded picture. Expensive, so not for an event loop.
   *
   * @throws Problem 413 when it has too many bytes, 415 when its first bytes aren't those of a PNG,
   *     JPEG, GIF or WebP, 400 when it has too many pixels or can't be read
   */
  public static ProfilePicture of(byte[] content) {
    if (content.length > MAX_BYTES) {
      throw Problem.of(
          413, "too_large", "Too large", "The picture may be at most 512 KiB (524,288 bytes).");
    }
    return PictureReencoder.redrawPicture(detectType(content), content);
  }

  private static PictureType detectType(byte[] content) {
    return PictureType.of(content)
        .orElseThrow(
            () ->
                Problem.of(
                    415,
                    "unsupported_media_type",
                    "Unsupported media type",
                    "Send a PNG, JPEG, GIF or WebP."));
  }
}
