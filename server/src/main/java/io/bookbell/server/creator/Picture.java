package io.bookbell.server.creator;

import io.bookbell.server.web.PictureType;
import io.bookbell.server.web.Problem;
import java.util.EnumSet;
import java.util.Set;

/**
 * A picture as it is stored and sent: what its first bytes say that it is, whatever it is called.
 */
public final class Picture {
  static final int MOST_BYTES = 512 * 1024;

  private static final Set<PictureType> TAKEN =
      EnumSet.of(PictureType.PNG, PictureType.JPEG, PictureType.WEBP);

  private final String mediaType;
  private final byte[] content;

  Picture(String mediaType, byte[] content) {
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
   * Reads what somebody has sent.
   *
   * @throws Problem 413 when it is too large, 415 when it is no PNG, JPEG or WebP
   */
  public static Picture of(byte[] content) {
    if (content.length > MOST_BYTES) {
      throw Problem.of(
          413, "too_large", "Too large", "A picture has at most 512 KiB (524,288 bytes).");
    }
    return new Picture(mediaType(content), content);
  }

  private static String mediaType(byte[] content) {
    return PictureType.of(content)
        .filter(TAKEN::contains)
        .map(PictureType::mediaType)
        .orElseThrow(
            () ->
                Problem.of(
                    415,
                    "unsupported_media_type",
                    "Unsupported media type",
                    "Send a PNG, JPEG or WebP."));
  }
}
