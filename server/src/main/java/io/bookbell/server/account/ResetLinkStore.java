package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Stores the one-time links with which people who have forgotten their passwords choose others. An
 * account has one at most. Thread-safe and stateless.
 */
public final class ResetLinkStore {
  /** How long a link is valid that an operator passes on. */
  public static final Duration OPERATOR_LIFETIME = Duration.ofDays(1);

  /** The secret of a new link, and when it expires. */
  public record ResetLink(String token, Instant expiresAt) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "ResetLink[" + expiresAt + "]";
    }
  }

  /** Creates a link, which replaces the account's former one. */
  public ResetLink createLink(Transaction tx, UserId user, Duration lifetime) {
    var link = new ResetLink(SecretTokens.createToken(), tx.now().plus(lifetime));
    tx.update(
        """
        INSERT INTO reset_link (token_hash, user_id, expires_at)
        VALUES (?, ?, ?)
        ON CONFLICT (user_id) DO UPDATE SET
          token_hash = excluded.token_hash,
          expires_at = excluded.expires_at""",
        SecretTokens.hashToken(link.token),
        user,
        link.expiresAt);
    return link;
  }

  /** Returns the account of a valid link. */
  Optional<UserId> findUser(Transaction tx, String token) {
    return tx.query(
            "SELECT user_id FROM reset_link WHERE token_hash = ? AND expires_at > ?",
            SecretTokens.hashToken(token),
            tx.now())
        .first(row -> row.getUser("user_id"));
  }

  /** Uses a link up; returns false if it isn't valid any more. */
  boolean consumeLink(Transaction tx, String token) {
    return tx.update(
            "DELETE FROM reset_link WHERE token_hash = ? AND expires_at > ?",
            SecretTokens.hashToken(token),
            tx.now())
        == 1;
  }

  void removeLinkOf(Transaction tx, UserId user) {
    tx.update("DELETE FROM reset_link WHERE user_id = ?", user);
  }

  /** Deletes expired links. */
  public void removeExpired(Transaction tx) {
    tx.update("DELETE FROM reset_link WHERE expires_at <= ?", tx.now());
  }
}
