package io.bookbell.server.oidc;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stores who may sign in to which account through which provider. Somebody is known by issuer and
 * subject, never by an address. Thread-safe and stateless.
 */
public final class IdentityStore {
  /** More than there can be providers. */
  private static final int MAX_PER_USER = 20;

  /**
   * A way to sign in to an account, as its owner sees it.
   *
   * @param email as the provider said last
   */
  public record LinkedIdentity(
      long id,
      String issuer,
      @Nullable String email,
      Instant createdAt,
      @Nullable Instant lastUsedAt) {}

  Optional<UserId> findUser(Transaction tx, ProviderClaims claims) {
    return tx.query(
            "SELECT user_id FROM oidc_identity WHERE issuer = ? AND subject = ?",
            claims.issuer(),
            claims.subject())
        .first(row -> row.getUser("user_id"));
  }

  /**
   * Lets somebody sign in to an account, which the caller has locked.
   *
   * @throws Problem 409 if the account already has as many as it may have, or somebody was faster
   */
  void add(Transaction tx, UserId user, ProviderClaims claims) {
    if (list(tx, user).size() >= MAX_PER_USER) {
      throw Problem.limitReached("too_many_identities", MAX_PER_USER, "providers linked");
    }
    int added =
        tx.update(
            """
            INSERT INTO oidc_identity (user_id, issuer, subject, email, created_at, last_used_at)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING""",
            user,
            claims.issuer(),
            claims.subject(),
            claims.verifiedEmail().orElse(null),
            tx.now(),
            tx.now());
    if (added != 1) {
      throw takenProblem();
    }
  }

  static Problem takenProblem() {
    return Problem.conflict("identity_taken", "Another account is signed in to with this.");
  }

  /**
   * Records a sign-in to a locked account; returns false if the identity isn't its own any more.
   */
  boolean recordUse(Transaction tx, UserId user, ProviderClaims claims) {
    return tx.update(
            """
            UPDATE oidc_identity SET last_used_at = ?, email = COALESCE(?, email)
            WHERE issuer = ? AND subject = ? AND user_id = ?""",
            tx.now(),
            claims.verifiedEmail().orElse(null),
            claims.issuer(),
            claims.subject(),
            user)
        == 1;
  }

  /** Returns an account's identities, in the order in which they were added. */
  public List<LinkedIdentity> list(Transaction tx, UserId user) {
    return tx.query(
            """
            SELECT id, issuer, email, created_at, last_used_at
            FROM oidc_identity
            WHERE user_id = ?
            ORDER BY id""",
            user)
        .list(
            row ->
                new LinkedIdentity(
                    row.getLong("id"),
                    row.getString("issuer"),
                    row.findString("email"),
                    row.getTime("created_at"),
                    row.findTime("last_used_at")));
  }

  /** Counts the identities of an account that these issuers still vouch for. */
  public int count(Transaction tx, UserId user, Set<String> issuers) {
    return (int)
        list(tx, user).stream().filter(identity -> issuers.contains(identity.issuer())).count();
  }

  /** Removes one of an account's identities; returns false if it has no such. */
  boolean remove(Transaction tx, UserId user, long id) {
    return tx.update("DELETE FROM oidc_identity WHERE user_id = ? AND id = ?", user, id) == 1;
  }

  /** Removes all of an account's identities. */
  public void removeAll(Transaction tx, UserId user) {
    tx.update("DELETE FROM oidc_identity WHERE user_id = ?", user);
  }
}
