package io.bookbell.server.creator;

import io.bookbell.server.web.Problem;
import java.util.Arrays;

/**
 * A picture as it is stored and sent: what its first bytes say that it is, whatever it is called.
 */
public final class Picture {
  static final int MOST_BYTES = 512 * 1024;

  private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a};
  private static final byte[] JPEG = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};
  private static final byte[] RIFF = {'R', 'I', 'F', 'F'};
  private static final byte[] WEBP = {'W', 'E', 'B', 'P'};
  private static final int WEBP_AT = 8;

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
    if (has(content, 0, PNG)) {
      return "image/png";
    }
    if (has(content, 0, JPEG)) {
      return "image/jpeg";
    }
    if (has(content, 0, RIFF) && has(content, WEBP_AT, WEBP)) {
      return "image/webp";
    }
    throw Problem.of(
        415, "unsupported_media_type", "Unsupported media type", "Send a PNG, JPEG or WebP.");
  }

  private static boolean has(byte[] content, int from, byte[] mark) {
    int to = from + mark.length;
    return content.length >= to && Arrays.equals(content, from, to, mark, 0, mark.length);
  }
}
