package io.bookbell.server.config;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * An OpenID Connect provider through which people sign in.
 *
 * @param id names it in addresses: its number among the settings
 * @param clientSecret empty for a client without one, which PKCE alone protects
 * @param name what people know it by
 * @param autoJoin what newcomers join without an invitation
 */
public record OidcConfig(
    String id,
    URI issuer,
    String clientId,
    Optional<String> clientSecret,
    List<String> scopes,
    String name,
    Optional<AutoJoin> autoJoin) {
  /** The creator and the tier that newcomers join. */
  public record AutoJoin(long creatorId, long tierId) {}

  /** Without the secret. */
  @Override
  public String toString() {
    return "OidcConfig[" + id + ", " + issuer + "]";
  }
}
