package io.bookbell.server.account;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Stores the one-time links with which somebody else takes over a creator's account. An account has
 * one at most. Thread-safe and stateless.
 */
public final class HandoverStore {
  private static final Duration LIFETIME = Duration.ofDays(3);

  /** Who is to take over an account, and until when. */
  public record PendingHandover(UserId user, String email, Instant expiresAt) {}

  /** A new link's secret, and what it is for. */
  record HandoverLink(String token, PendingHandover pending) {
    /** Without the secret. */
    @Override
    public String toString() {
      return "HandoverLink[" + pending + "]";
    }
  }

  /** Creates a link, which replaces the account's former one. */
  HandoverLink createLink(Transaction tx, UserId user, String email) {
    String token = SecretTokens.createToken();
    var pending = new PendingHandover(user, email, tx.now().plus(LIFETIME));
    tx.update(
        """
        INSERT INTO account_handover (user_id, email, token_hash, expires_at)
        VALUES (?, ?, ?, ?)
        ON CONFLICT (user_id) DO UPDATE SET
          email = excluded.email,
          token_hash = excluded.token_hash,
          expires_at = excluded.expires_at""",
        user,
        email,
        SecretTokens.hashToken(token),
        pending.expiresAt);
    return new HandoverLink(token, pending);
  }

  Optional<PendingHandover> find(Transaction tx, UserId user) {
    return tx.query(
            """
            SELECT user_id, email, expires_at FROM account_handover
            WHERE user_id = ? AND expires_at > ?""",
            user,
            tx.now())
        .first(
            row ->
                new PendingHandover(
                    row.getUser("user_id"), row.getString("email"), row.getTime("expires_at")));
  }

  Optional<PendingHandover> findByToken(Transaction tx, String token) {
    return tx.query(
            """
            SELECT user_id, email, expires_at FROM account_handover
            WHERE token_hash = ? AND expires_at > ?""",
            SecretTokens.hashToken(token),
            tx.now())
        .first(
            row ->
                new PendingHandover(
                    row.getUser("user_id"), row.getString("email"), row.getTime("expires_at")));
  }

  /** Makes the link with which somebody could take over the account invalid. */
  public static void removeLinkOf(Transaction tx, UserId user) {
    tx.update("DELETE FROM account_handover WHERE user_id = ?", user);
  }

  /** Deletes expired links. */
  public void removeExpired(Transaction tx) {
    tx.update("DELETE FROM account_handover WHERE expires_at <= ?", tx.now());
  }
}
