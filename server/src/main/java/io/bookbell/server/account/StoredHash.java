package io.bookbell.server.account;

import java.util.Optional;

/**
 * A password hash of any form that sign-in can check: our own, or one of an imported account. Those
 * of imported accounts are replaced at the first sign-in.
 */
sealed interface StoredHash permits Argon2Hash, BcryptHash, Pbkdf2Hash {

  /** Whether the password belongs to this hash. */
  boolean matches(String password);

  /**
   * Parses a hash; empty if its form is unknown, or if checking it would take more time or memory
   * than a sign-in may.
   */
  static Optional<StoredHash> parse(String hash) {
    return Argon2Hash.parse(hash)
        .<StoredHash>map(found -> found)
        .or(() -> BcryptHash.parse(hash))
        .or(() -> Pbkdf2Hash.parse(hash));
  }

  static boolean isSupported(String hash) {
    return parse(hash).isPresent();
  }
}
