package io.bookbell.server.webpush;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
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

  /** Reads the stored form. */
  static BrowserKeys parse(String details) {
    try {
      JsonNode json = Json.readTree(details);
      return new BrowserKeys(json.path(PUBLIC_KEY).asText(), json.path(SECRET).asText());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The details of a subscription aren't JSON", e);
    }
  }

  /** Returns the stored form. */
  String stored() {
    return Json.writeAsString(this);
  }

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
