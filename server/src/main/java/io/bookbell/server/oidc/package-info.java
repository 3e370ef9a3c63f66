/** Signing in through OpenID Connect providers. */
@NullMarked
package io.bookbell.server.oidc;

import org.jspecify.annotations.NullMarked;
