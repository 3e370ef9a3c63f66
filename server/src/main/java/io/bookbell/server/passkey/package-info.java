/** Passkeys (WebAuthn), with which people sign in beside or instead of a password. */
@NullMarked
package io.bookbell.server.passkey;

import org.jspecify.annotations.NullMarked;
