package io.bookbell.server.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.http.Credentials;
import io.bookbell.server.http.Sha256;
import java.security.SecureRandom;
import java.util.Base64;

/** Creates and hashes bearer secrets, of which only the hashes are stored. Thread-safe. */
public final class SecretTokens {
  /** Input longer than this isn't looked at as a token. Real tokens are shorter. */
  public static final int MAX_LENGTH = 100;

  private static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private SecretTokens() {}

  /**
   * Creates a secret of 256 random bits, in characters that need no escaping in URLs and headers.
   * It can't be mistaken for a key.
   */
  public static String createToken() {
    byte[] secret = new byte[BYTES];
    RANDOM.nextBytes(secret);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    return token.startsWith(Credentials.KEY_PREFIX) ? createToken() : token;
  }

  /**
   * Returns the hash to store. Plain SHA-256 suffices, because 256 random bits can't be guessed.
   */
  public static String hashToken(String token) {
    return Sha256.hexDigest(token.getBytes(UTF_8));
  }
}
