package io.bookbell.server.passkey;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.http.Sha256;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Stores passkeys, and the challenges that authenticators sign. Thread-safe and stateless. */
public final class PasskeyStore {
  /** How long people may take to confirm with their device. */
  static final Duration CHALLENGE_LIFETIME = Duration.ofMinutes(5);

  private static final int MAX_PER_USER = 20;

  /**
   * A passkey as it is stored.
   *
   * @param credential the attested credential data in base64url
   */
  record StoredPasskey(long id, UserId user, String credential, long signCount) {}

  /** What is stored of a new passkey. */
  record NewPasskey(String name, String credentialId, String credential, long signCount) {}

  /** Stores a challenge, for a new passkey of this user or for a sign-in. */
  void addChallenge(Transaction tx, String challenge, Optional<UserId> user) {
    tx.update(
        "INSERT INTO passkey_challenge (challenge_hash, user_id, expires_at) VALUES (?, ?, ?)",
        hashOf(challenge),
        user.orElse(null),
        tx.now().plus(CHALLENGE_LIFETIME));
  }

  /**
   * Uses a challenge up.
   *
   * @param user for whom it must have been made; empty for a sign-in
   * @throws Problem 403 if it isn't valid any more
   */
  void consumeChallenge(Transaction tx, String challenge, Optional<UserId> user) {
    boolean valid =
        tx.query(
                """
                DELETE FROM passkey_challenge
                WHERE challenge_hash = ? AND expires_at > ?
                RETURNING user_id""",
                hashOf(challenge),
                tx.now())
            .first(row -> Optional.ofNullable(row.findUser("user_id")))
            .filter(user::equals)
            .isPresent();
    if (!valid) {
      throw Problem.of(
          403,
          "passkey_expired",
          "Not allowed",
          "This took too long, or was sent twice. Try again.");
    }
  }

  private static String hashOf(String challenge) {
    return Sha256.hexDigest(challenge.getBytes(UTF_8));
  }

  /** Deletes expired challenges. */
  public void removeExpired(Transaction tx) {
    tx.update("DELETE FROM passkey_challenge WHERE expires_at <= ?", tx.now());
  }

  /**
   * Adds a passkey to an account, which the caller has locked.
   *
   * @throws Problem 409 if the account has as many as it may have, or the passkey is known already
   */
  Passkey add(Transaction tx, UserId user, NewPasskey wanted) {
    if (list(tx, user).size() >= MAX_PER_USER) {
      throw Problem.limitReached("too_many_passkeys", MAX_PER_USER, "passkeys");
    }
    return tx.query(
            """
            INSERT INTO passkey (user_id, name, credential_id, credential, sign_count, created_at)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            RETURNING id, name, created_at, last_used_at""",
            user,
            wanted.name,
            wanted.credentialId,
            wanted.credential,
            wanted.signCount,
            tx.now())
        .first(PasskeyStore::toPasskey)
        .orElseThrow(
            () -> Problem.conflict("passkey_exists", "This passkey has been added already."));
  }

  private static Passkey toPasskey(SqlRow row) throws SQLException {
    return new Passkey(
        row.getLong("id"),
        row.getString("name"),
        row.getTime("created_at"),
        row.findTime("last_used_at"));
  }

  /** Returns an account's passkeys, the newest first. */
  public List<Passkey> list(Transaction tx, UserId user) {
    return tx.query(
            """
            SELECT id, name, created_at, last_used_at
            FROM passkey
            WHERE user_id = ?
            ORDER BY id DESC""",
            user)
        .list(PasskeyStore::toPasskey);
  }

  List<String> findCredentialIds(Transaction tx, UserId user) {
    return tx.query("SELECT credential_id FROM passkey WHERE user_id = ?", user)
        .list(row -> row.getString("credential_id"));
  }

  Optional<StoredPasskey> find(Transaction tx, String credentialId) {
    return tx.query(
            "SELECT id, user_id, credential, sign_count FROM passkey WHERE credential_id = ?",
            credentialId)
        .first(
            row ->
                new StoredPasskey(
                    row.getLong("id"),
                    row.getUser("user_id"),
                    row.getString("credential"),
                    row.getLong("sign_count")));
  }

  /**
   * Records that a passkey was used.
   *
   * @return whether it still exists, and wasn't used meanwhile with a higher count
   */
  boolean recordUse(Transaction tx, StoredPasskey passkey, long signCount) {
    return tx.update(
            "UPDATE passkey SET sign_count = ?, last_used_at = ? WHERE id = ? AND sign_count = ?",
            signCount,
            tx.now(),
            passkey.id,
            passkey.signCount)
        == 1;
  }

  /** Removes one of an account's passkeys; returns false if it has no such. */
  boolean remove(Transaction tx, UserId user, long id) {
    return tx.update("DELETE FROM passkey WHERE user_id = ? AND id = ?", user, id) == 1;
  }

  /** Removes all of an account's passkeys. */
  public void removeAll(Transaction tx, UserId user) {
    tx.update("DELETE FROM passkey WHERE user_id = ?", user);
    tx.update("DELETE FROM passkey_challenge WHERE user_id = ?", user);
  }
}
