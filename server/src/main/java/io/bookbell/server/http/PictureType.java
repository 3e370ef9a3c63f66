package io.bookbell.server.http;

import java.util.Arrays;
import java.util.Optional;

/** The type of an image, recognized by its first bytes regardless of its declared type. */
public enum PictureType {
  JPEG("image/jpeg"),
  PNG("image/png"),
  GIF("image/gif"),
  WEBP("image/webp");

  private final String mediaType;

  PictureType(String mediaType) {
    this.mediaType = mediaType;
  }

  public String mediaType() {
    return mediaType;
  }

  /** Empty if the content has none of these types. */
  public static Optional<PictureType> of(byte[] content) {
    return Arrays.stream(values()).filter(type -> type.matchesSignature(content)).findFirst();
  }

  private boolean matchesSignature(byte[] content) {
    return switch (this) {
      case JPEG -> hasBytesAt(content, 0, 0xFF, 0xD8, 0xFF);
      case PNG -> hasBytesAt(content, 0, 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A);
      case GIF -> hasBytesAt(content, 0, 'G', 'I', 'F', '8');
      case WEBP ->
          hasBytesAt(content, 0, 'R', 'I', 'F', 'F') && hasBytesAt(content, 8, 'W', 'E', 'B', 'P');
    };
  }

  private static boolean hasBytesAt(byte[] content, int at, int... signature) {
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
