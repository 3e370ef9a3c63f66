package io.bookbell.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * A bcrypt hash: {@code $2a$}, {@code $2b$} or {@code $2y$}, or in Django's form with {@code
 * bcrypt$} or {@code bcrypt_sha256$} in front. Like every bcrypt, it ignores what follows the 72nd
 * byte.
 */
final class BcryptHash implements StoredHash {
  /** Twice as long for each more: 14 takes about a second. */
  private static final int MAX_COST = 14;

  private static final int MIN_COST = 4;

  private static final Pattern FORM =
      Pattern.compile(
          "(?:(?<django>bcrypt|bcrypt_sha256)\\$)?"
              + "(?<hash>\\$2[aby]\\$(?<cost>\\d\\d)\\$[./A-Za-z0-9]{53})");

  private final String hash;

  /** Whether the password is hashed with SHA-256 first, as Django can do. */
  private final boolean prehashed;

  private BcryptHash(String hash, boolean prehashed) {
    this.hash = hash;
    this.prehashed = prehashed;
  }

  static Optional<BcryptHash> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    int cost = Integer.parseInt(form.group("cost"));
    return cost < MIN_COST || cost > MAX_COST
        ? Optional.empty()
        : Optional.of(
            new BcryptHash(form.group("hash"), "bcrypt_sha256".equals(form.group("django"))));
  }

  @Override
  public boolean matches(String password) {
    if (password.indexOf('\0') >= 0) {
      return false; // C ends a text there
    }
    String input = prehashed ? sha256Hex(password) : password;
    return OpenBSDBCrypt.checkPassword(hash, input.getBytes(UTF_8));
  }

  private static String sha256Hex(String password) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(password.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
