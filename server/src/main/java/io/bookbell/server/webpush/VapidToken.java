package io.bookbell.server.webpush;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/**
 * Tells a push service which server sends a message, by a token signed with this installation's key
 * (VAPID, RFC 8292). Stateless.
 */
final class VapidToken {
  /** Half of the longest life that push services accept, so that clocks may differ. */
  private static final Duration LIFETIME = Duration.ofHours(12);

  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private VapidToken() {}

  /**
   * Returns the value of the header {@code Authorization}.
   *
   * @param endpoint the URL of the subscription
   * @param contact where the push service's operators find us: a {@code mailto:} or {@code https:}
   *     URL
   */
  static String authorization(KeyPair serverKey, URI endpoint, String contact, Instant now) {
    String audience = endpoint.getScheme() + "://" + endpoint.getRawAuthority();
    String claims =
        "{\"aud\":\"%s\",\"exp\":%d,\"sub\":\"%s\"}"
            .formatted(audience, now.plus(LIFETIME).getEpochSecond(), contact);
    String signed = encode("{\"typ\":\"JWT\",\"alg\":\"ES256\"}") + "." + encode(claims);
    byte[] publicKey = P256Keys.encodePublic((ECPublicKey) serverKey.getPublic());
    return "vapid t=%s.%s, k=%s"
        .formatted(signed, sign(serverKey, signed), BASE64.encodeToString(publicKey));
  }

  private static String encode(String text) {
    return BASE64.encodeToString(text.getBytes(UTF_8));
  }

  private static String sign(KeyPair serverKey, String text) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(serverKey.getPrivate());
      signature.update(text.getBytes(UTF_8));
      return BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A token for a push service can't be signed", e);
    }
  }
}
