package io.bookbell.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.web.Sha256;
import java.security.SecureRandom;
import java.util.Base64;

/** Secrets that let their holder in; only their hashes are stored. Thread-safe. */
public final class SecretTokens {
  /** How many characters of a text may be looked at as a token; real ones are shorter. */
  public static final int LONGEST = 100;

  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private SecretTokens() {}

  /** A new secret of 256 bits, in characters that need no escaping in URLs and headers. */
  public static String createToken() {
    byte[] secret = new byte[BYTES];
    RANDOM.nextBytes(secret);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  /** What is stored of a secret: SHA-256 suffices, for nobody guesses 256 bits. */
  public static String hashToken(String token) {
    return Sha256.hexDigest(token.getBytes(UTF_8));
  }
}
