package io.bookbell.server.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Short digests of values, by which a later import sees which side has changed them. */
final class Fingerprint {
  private static final int BYTES = 8;

  private Fingerprint() {}

  /** Of some values in their order. */
  static String of(@Nullable Object... values) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (@Nullable Object value : values) {
        byte[] bytes = value == null ? new byte[0] : value.toString().getBytes(UTF_8);
        digest.update((value == null ? "-" : bytes.length + ":").getBytes(UTF_8));
        digest.update(bytes);
      }
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(digest.digest(), BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** What became of a value since the last import. */
  enum Change {
    /** Nobody has changed it, or both to the same value. */
    NONE,
    /** It was changed only there, so it follows. */
    THERE,
    /** It was changed only here, so it stays. */
    HERE,
    /** It was changed on both sides, so it stays and is reported. */
    BOTH
  }

  /**
   * Compares three states of a value.
   *
   * @param before as of the last import
   */
  static Change compare(String before, String there, String here) {
    if (there.equals(here)) {
      return Change.NONE;
    }
    if (there.equals(before)) {
      return Change.HERE;
    }
    return here.equals(before) ? Change.THERE : Change.BOTH;
  }
}
