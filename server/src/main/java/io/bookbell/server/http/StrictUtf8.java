package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** Decodes UTF-8, and refuses what isn't UTF-8 instead of replacing it. Stateless. */
final class StrictUtf8 {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private StrictUtf8() {}

  /**
   * Decodes a text, without its byte order mark.
   *
   * @throws CharacterCodingException if it isn't UTF-8
   */
  static String decode(byte[] text) throws CharacterCodingException {
    String decoded = UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    return decoded.indexOf(BYTE_ORDER_MARK) == 0 ? decoded.substring(1) : decoded;
  }

  /**
   * Whether a URL is ASCII and what is percent-encoded in it is UTF-8. Incomplete escapes are left
   * to those who decode it.
   */
  static boolean isValidUrl(String url) {
    if (!url.chars().allMatch(c -> c < 0x80)) {
      return false;
    }
    if (url.indexOf('%') < 0) {
      return true;
    }
    try {
      decode(percentDecode(url));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static byte[] percentDecode(String url) {
    var decoded = new ByteArrayOutputStream(url.length());
    int at = 0;
    while (at < url.length()) {
      int escaped = url.charAt(at) == '%' ? parseEscape(url, at + 1) : -1;
      decoded.write(escaped < 0 ? url.charAt(at) : escaped);
      at += escaped < 0 ? 1 : 3;
    }
    return decoded.toByteArray();
  }

  /** The value of two hexadecimal digits, or -1. */
  private static int parseEscape(String url, int at) {
    if (at + 2 > url.length()) {
      return -1;
    }
    int high = Character.digit(url.charAt(at), 16);
    int low = Character.digit(url.charAt(at + 1), 16);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
}
