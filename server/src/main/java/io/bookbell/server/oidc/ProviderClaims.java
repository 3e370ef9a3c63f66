package io.bookbell.server.oidc;

import java.util.Optional;

/**
 * What a provider says about somebody who has signed in there.
 *
 * @param verifiedEmail in the form of {@link io.bookbell.server.text.EmailAddress}; empty unless
 *     the provider says that the address belongs to the person
 */
record ProviderClaims(
    String issuer, String subject, Optional<String> verifiedEmail, Optional<String> name) {}
