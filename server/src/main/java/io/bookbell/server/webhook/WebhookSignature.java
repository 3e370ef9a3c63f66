package io.bookbell.server.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The header {@code Bookbell-Signature}, by which a receiver knows that a body comes from here and
 * when it was sent. Stateless.
 */
final class WebhookSignature {
  static final String HEADER = "Bookbell-Signature";

  private static final String ALGORITHM = "HmacSHA256";

  private WebhookSignature() {}

  /**
   * Signs a body.
   *
   * @return {@code t=<seconds since 1970>,v1=<hex of the HMAC of "t.body">}
   */
  static String sign(String secret, Instant now, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM));
      mac.update((now.getEpochSecond() + ".").getBytes(UTF_8));
      return "t=%d,v1=%s"
          .formatted(now.getEpochSecond(), HexFormat.of().formatHex(mac.doFinal(body)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A webhook can't be signed", e);
    }
  }
}
