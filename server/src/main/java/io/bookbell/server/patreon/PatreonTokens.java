package io.bookbell.server.patreon;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What Patreon has given to this server for one creator. Stored encrypted.
 *
 * @param expiresAt when the access token does
 * @param webhookSecret with which events are signed; null if there is no webhook
 */
record PatreonTokens(
    String accessToken,
    String refreshToken,
    Instant expiresAt,
    @Nullable String webhookId,
    @Nullable String webhookSecret) {

  /** With a renewed pair; the refresh token stays if the answer has none. */
  PatreonTokens withPair(PatreonTokens renewed) {
    return new PatreonTokens(
        renewed.accessToken,
        renewed.refreshToken.isEmpty() ? refreshToken : renewed.refreshToken,
        renewed.expiresAt,
        webhookId,
        webhookSecret);
  }

  PatreonTokens withWebhook(String id, String secret) {
    return new PatreonTokens(accessToken, refreshToken, expiresAt, id, secret);
  }

  /** Without anything secret. */
  @Override
  public String toString() {
    return "PatreonTokens[expiresAt=" + expiresAt + "]";
  }
}
