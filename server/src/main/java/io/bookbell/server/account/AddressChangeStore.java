package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.Optional;

/**
 * Stores new addresses of accounts until the link in the mail to them is opened. An account has one
 * at most. Thread-safe and stateless.
 */
public final class AddressChangeStore {
  private static final Duration LIFETIME = Duration.ofHours(1);

  /** A new address of an account. */
  record AddressChange(UserId user, String email) {}

  /**
   * Stores a new address, which replaces a former one, and creates the secret of its link.
   *
   * @return the secret
   */
  public String createLink(Transaction tx, UserId user, String email) {
    String token = SecretTokens.createToken();
    tx.update(
        """
        INSERT INTO address_change (user_id, email, token_hash, expires_at)
        VALUES (?, ?, ?, ?)
        ON CONFLICT (user_id) DO UPDATE SET
          email = excluded.email,
          token_hash = excluded.token_hash,
          expires_at = excluded.expires_at""",
        user,
        email,
        SecretTokens.hashToken(token),
        tx.now().plus(LIFETIME));
    return token;
  }

  /** Returns the new address that an account is waiting for. */
  public Optional<String> findAddress(Transaction tx, UserId user) {
    return tx.query(
            "SELECT email FROM address_change WHERE user_id = ? AND expires_at > ?", user, tx.now())
        .first(row -> row.getString("email"));
  }

  Optional<AddressChange> findByToken(Transaction tx, String token) {
    return tx.query(
            "SELECT user_id, email FROM address_change WHERE token_hash = ? AND expires_at > ?",
            SecretTokens.hashToken(token),
            tx.now())
        .first(row -> new AddressChange(row.getUser("user_id"), row.getString("email")));
  }

  /** Uses a link up; returns false if it isn't valid any more. */
  boolean consumeLink(Transaction tx, String token) {
    return tx.update(
            "DELETE FROM address_change WHERE token_hash = ? AND expires_at > ?",
            SecretTokens.hashToken(token),
            tx.now())
        == 1;
  }

  /** Deletes what an account is waiting for. */
  public void remove(Transaction tx, UserId user) {
    tx.update("DELETE FROM address_change WHERE user_id = ?", user);
  }

  /** Deletes expired ones. */
  public void removeExpired(Transaction tx) {
    tx.update("DELETE FROM address_change WHERE expires_at <= ?", tx.now());
  }
}
