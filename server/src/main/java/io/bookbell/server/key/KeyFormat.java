package io.bookbell.server.key;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookbell.server.http.Credentials;
import java.security.SecureRandom;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The form of keys: {@code bbk_}, 43 random letters and digits, and a checksum of six. The checksum
 * lets scanners for leaked secrets, and this server, tell a key from other text without looking it
 * up. Thread-safe.
 */
final class KeyFormat {
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  /** 62 to the power of 43 is more than 2 to the power of 256. */
  private static final int RANDOM_LENGTH = 43;

  private static final int CHECKSUM_LENGTH = 6;
  private static final int LENGTH =
      Credentials.KEY_PREFIX.length() + RANDOM_LENGTH + CHECKSUM_LENGTH;

  /** How much of a key is stored and shown: the prefix, and too little of the rest to help. */
  private static final int START_LENGTH = 8;

  private static final Pattern FORM = Pattern.compile(Credentials.KEY_PREFIX + "[0-9A-Za-z]{49}");

  private static final SecureRandom RANDOM = new SecureRandom();

  private KeyFormat() {}

  static String createKey() {
    var key = new StringBuilder(Credentials.KEY_PREFIX);
    RANDOM
        .ints(RANDOM_LENGTH, 0, DIGITS.length())
        .forEach(digit -> key.append(DIGITS.charAt(digit)));
    return key.append(checksumOf(key.toString())).toString();
  }

  /** Returns whether a text has the form of a key, with the right checksum. */
  static boolean isWellFormed(String text) {
    int end = LENGTH - CHECKSUM_LENGTH;
    return FORM.matcher(text).matches()
        && text.substring(end).equals(checksumOf(text.substring(0, end)));
  }

  /** The part of a key that its owner may see again. */
  static String startOf(String key) {
    return key.substring(0, START_LENGTH);
  }

  /** The CRC-32 of a text to the base of 62. */
  private static String checksumOf(String text) {
    var crc = new CRC32();
    crc.update(text.getBytes(US_ASCII));
    var digits = new StringBuilder();
    long rest = crc.getValue();
    while (digits.length() < CHECKSUM_LENGTH) {
      digits.append(DIGITS.charAt((int) (rest % DIGITS.length())));
      rest /= DIGITS.length();
    }
    return digits.reverse().toString();
  }
}
