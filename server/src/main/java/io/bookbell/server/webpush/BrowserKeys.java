package io.bookbell.server.webpush;

import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.Optional;

/**
 * The keys of a browser's subscription, in base64url, as the browser names them.
 *
 * @param p256dh its public key
 * @param auth its secret
 */
record BrowserKeys(String p256dh, String auth) {
  static final String PUBLIC_KEY = "p256dh";
  static final String SECRET = "auth";

  private static final int SECRET_LENGTH = 16;

  /** Whether messages can be encrypted with these. */
  boolean areValid() {
    return decode(p256dh).flatMap(P256Keys::decodePublic).isPresent()
        && decode(auth).filter(secret -> secret.length == SECRET_LENGTH).isPresent();
  }

  byte[] encrypt(byte[] message) {
    ECPublicKey publicKey = decode(p256dh).flatMap(P256Keys::decodePublic).orElseThrow();
    return PushEncryption.encrypt(message, publicKey, decode(auth).orElseThrow());
  }

  private static Optional<byte[]> decode(String base64) {
    try {
      return Optional.of(Base64.getUrlDecoder().decode(base64));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "BrowserKeys";
  }
}
