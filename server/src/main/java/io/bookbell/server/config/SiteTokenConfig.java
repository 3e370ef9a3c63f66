package io.bookbell.server.config;

import java.net.URI;
import java.util.Optional;

/**
 * The tokens (JWT) of the site that people come from.
 *
 * @param claim the claim that names the user: an id, or the address if it is {@code email}
 * @param cookie the cookie that carries the token, besides the Authorization header
 */
public record SiteTokenConfig(
    TokenKey key,
    Optional<String> issuer,
    Optional<String> audience,
    String claim,
    Optional<String> cookie) {
  /** What signatures are verified with. */
  public sealed interface TokenKey {
    record SharedSecret(String secret) implements TokenKey {
      /** Without the secret. */
      @Override
      public String toString() {
        return "SharedSecret";
      }
    }

    /** The keys that the site publishes as a JWK set. */
    record PublishedKeys(URI address) implements TokenKey {}
  }
}
