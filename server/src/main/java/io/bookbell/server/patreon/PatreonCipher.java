package io.bookbell.server.patreon;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.http.Sha256;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts what Patreon has given to this server, with a key derived from the client secret: it is
 * in the configuration of every node and not in the database. AES-256-GCM. Thread-safe.
 */
final class PatreonCipher {
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec key;

  PatreonCipher(String clientSecret) {
    String digest = Sha256.hexDigest(("bookbell patreon tokens\n" + clientSecret).getBytes(UTF_8));
    key = new SecretKeySpec(HexFormat.of().parseHex(digest), "AES");
  }

  /**
   * @param bound what the text belongs to; it can't be decrypted for anything else
   */
  String encrypt(String text, String bound) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, bound).doFinal(text.getBytes(UTF_8));
      byte[] both =
          ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
      return Base64.getEncoder().encodeToString(both);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + CIPHER, e);
    }
  }

  /** Decrypts a stored text; empty if it was encrypted with another client secret. */
  Optional<String> decrypt(String stored, String bound) {
    ByteBuffer both = ByteBuffer.wrap(Base64.getDecoder().decode(stored));
    byte[] nonce = new byte[NONCE_BYTES];
    both.get(nonce);
    byte[] sealed = new byte[both.remaining()];
    both.get(sealed);
    try {
      return Optional.of(
          new String(cipher(Cipher.DECRYPT_MODE, nonce, bound).doFinal(sealed), UTF_8));
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String bound) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(bound.getBytes(UTF_8));
    return cipher;
  }
}
