package io.bookbell.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts a stored response that contains a secret, so that only a retry of the same request can
 * decrypt it: AES-256-GCM with a key derived from the client's {@code Idempotency-Key}.
 * Thread-safe.
 */
final class ResponseCipher {
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec key;

  /**
   * Derives the key.
   *
   * @param call identifies user, route and body, to bind the key to them
   */
  ResponseCipher(String idempotencyKey, String call) {
    key =
        new SecretKeySpec(
            Hmac.digestBytes(idempotencyKey, ("answer\n" + call).getBytes(UTF_8)), "AES");
  }

  @Nullable String encrypt(@Nullable String answer) {
    if (answer == null) {
      return null;
    }
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    byte[] sealed = applyCipher(Cipher.ENCRYPT_MODE, nonce, answer.getBytes(UTF_8));
    byte[] both = ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
    return Base64.getEncoder().encodeToString(both);
  }

  @Nullable String decrypt(@Nullable String stored) {
    if (stored == null) {
      return null;
    }
    ByteBuffer both = ByteBuffer.wrap(Base64.getDecoder().decode(stored));
    byte[] nonce = new byte[NONCE_BYTES];
    both.get(nonce);
    byte[] sealed = new byte[both.remaining()];
    both.get(sealed);
    return new String(applyCipher(Cipher.DECRYPT_MODE, nonce, sealed), UTF_8);
  }

  private byte[] applyCipher(int mode, byte[] nonce, byte[] content) {
    try {
      Cipher cipher = Cipher.getInstance(CIPHER);
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      return cipher.doFinal(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a stored answer could not be sealed or opened", e);
    }
  }
}
