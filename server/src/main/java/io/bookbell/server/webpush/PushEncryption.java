package io.bookbell.server.webpush;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts messages so that only the subscribed browser can read them, not the push service that
 * passes them on: RFC 8291, with one record of {@code aes128gcm} (RFC 8188). Stateless.
 */
final class PushEncryption {
  /** The longest message: push services accept bodies of 4,096 bytes. */
  static final int MAX_MESSAGE_LENGTH = 3_900;

  private static final int SALT_LENGTH = 16;
  private static final int RECORD_LENGTH = 4_096;
  private static final int SECRET_LENGTH = 32;
  private static final int KEY_LENGTH = 16;
  private static final int NONCE_LENGTH = 12;
  private static final int TAG_BITS = 128;

  /** Marks the last record, before any padding. */
  private static final byte LAST_RECORD = 2;

  private static final SecureRandom RANDOM = new SecureRandom();

  private PushEncryption() {}

  /**
   * Encrypts a message with a new key and salt.
   *
   * @param message at most {@link #MAX_MESSAGE_LENGTH} bytes
   * @param browserKey the key of the subscription, {@code p256dh}
   * @param authenticationSecret the secret of the subscription, {@code auth}: 16 bytes
   * @return the body of the request to the push service
   */
  static byte[] encrypt(byte[] message, ECPublicKey browserKey, byte[] authenticationSecret) {
    var salt = new byte[SALT_LENGTH];
    RANDOM.nextBytes(salt);
    return encrypt(message, browserKey, authenticationSecret, P256Keys.generate(), salt);
  }

  static byte[] encrypt(
      byte[] message,
      ECPublicKey browserKey,
      byte[] authenticationSecret,
      KeyPair senderKey,
      byte[] salt) {
    byte[] senderPoint = P256Keys.encodePublic((ECPublicKey) senderKey.getPublic());
    try {
      KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
      agreement.init(senderKey.getPrivate());
      agreement.doPhase(browserKey, true);
      byte[] keyInfo =
          concatenate(
              "WebPush: info\0".getBytes(US_ASCII), P256Keys.encodePublic(browserKey), senderPoint);
      byte[] secret =
          derive(authenticationSecret, agreement.generateSecret(), keyInfo, SECRET_LENGTH);
      byte[] key = derive(salt, secret, encodingInfo("aes128gcm"), KEY_LENGTH);
      byte[] nonce = derive(salt, secret, encodingInfo("nonce"), NONCE_LENGTH);

      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(key, "AES"),
          new GCMParameterSpec(TAG_BITS, nonce));
      byte[] encrypted = cipher.doFinal(concatenate(message, new byte[] {LAST_RECORD}));
      return concatenate(header(salt, senderPoint), encrypted);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A message for a browser can't be encrypted", e);
    }
  }

  private static byte[] header(byte[] salt, byte[] senderPoint) {
    return ByteBuffer.allocate(SALT_LENGTH + Integer.BYTES + 1 + senderPoint.length)
        .put(salt)
        .putInt(RECORD_LENGTH)
        .put((byte) senderPoint.length)
        .put(senderPoint)
        .array();
  }

  private static byte[] encodingInfo(String name) {
    return ("Content-Encoding: " + name + "\0").getBytes(US_ASCII);
  }

  /** HKDF with SHA-256. */
  private static byte[] derive(byte[] salt, byte[] input, byte[] info, int length)
      throws GeneralSecurityException {
    AlgorithmParameterSpec terms =
        HKDFParameterSpec.ofExtract().addSalt(salt).addIKM(input).thenExpand(info, length);
    return KDF.getInstance("HKDF-SHA256").deriveData(terms);
  }

  private static byte[] concatenate(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }
}
