package io.bookbell.server.patreon;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bookbell.hub.UserId;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.http.Problem;
import io.bookbell.server.json.Json;
import io.bookbell.server.patreon.PatreonDocuments.Identity;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stores the authorizations that people have begun at Patreon, each under the hash of a token that
 * can be used once. Thread-safe.
 */
public final class PatreonAuthorizations {
  private static final Duration LIFETIME = Duration.ofMinutes(30);
  private static final int REMOVED_AT_ONCE = 500;

  private final PatreonCipher cipher;

  PatreonAuthorizations(PatreonCipher cipher) {
    this.cipher = cipher;
  }

  /**
   * An authorization that somebody has begun.
   *
   * @param user null for somebody without a session
   * @param creator whose members are to be read; null if a supporter connects their own account
   * @param content what came back, encrypted; null before
   */
  record Begun(@Nullable UserId user, @Nullable UserId creator, @Nullable String content) {}

  /** Begins an authorization and returns its state, a token. */
  String begin(Transaction tx, Optional<UserId> user, Optional<UserId> creator) {
    return store(tx, new Begun(user.orElse(null), creator.orElse(null), null));
  }

  /** Keeps who somebody without an account is, and returns the token with which they can join. */
  String keepIdentity(Transaction tx, Identity identity) {
    return store(
        tx,
        new Begun(
            null, null, cipher.encrypt(Json.writeAsString(KeptIdentity.of(identity)), "join")));
  }

  private static String store(Transaction tx, Begun begun) {
    removeExpired(tx);
    String token = SecretTokens.createToken();
    tx.update(
        """
        INSERT INTO patreon_authorization (state_hash, user_id, creator_id, content, expires_at)
        VALUES (?, ?, ?, ?, ?)""",
        SecretTokens.hashToken(token),
        begun.user,
        begun.creator,
        begun.content,
        tx.now().plus(LIFETIME));
    return token;
  }

  private static void removeExpired(Transaction tx) {
    List<String> expired =
        tx.query(
                "SELECT state_hash FROM patreon_authorization WHERE expires_at < ? LIMIT ?",
                tx.now(),
                REMOVED_AT_ONCE)
            .list(row -> row.getString("state_hash"));
    if (!expired.isEmpty()) {
      tx.update("DELETE FROM patreon_authorization WHERE state_hash IN (?)", expired);
    }
  }

  /**
   * Takes an authorization, which can't be used again.
   *
   * @throws Problem 404 if there is none, or it is somebody else's
   */
  Begun take(Transaction tx, String token, Optional<UserId> caller) {
    Begun begun =
        tx.query(
                """
                DELETE FROM patreon_authorization WHERE state_hash = ? AND expires_at >= ?
                RETURNING user_id, creator_id, content""",
                SecretTokens.hashToken(token),
                tx.now())
            .first(
                row ->
                    new Begun(
                        row.findUser("user_id"),
                        row.findUser("creator_id"),
                        row.findString("content")))
            .orElseThrow(PatreonAuthorizations::unknown);
    if (!caller.equals(Optional.ofNullable(begun.user))) {
      throw unknown();
    }
    return begun;
  }

  /**
   * Takes who somebody without an account is.
   *
   * @throws Problem 404 if nothing was kept under this token
   */
  Identity takeIdentity(Transaction tx, String token) {
    return Optional.ofNullable(take(tx, token, Optional.empty()).content)
        .flatMap(content -> cipher.decrypt(content, "join"))
        .map(PatreonAuthorizations::parseIdentity)
        .orElseThrow(PatreonAuthorizations::unknown);
  }

  private static Identity parseIdentity(String json) {
    try {
      return Json.readStored(json, KeptIdentity.class).toIdentity();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a kept identity isn't readable", e);
    }
  }

  /** Forgets what a removed account has begun. */
  public static void removeOf(Transaction tx, UserId user) {
    tx.update("DELETE FROM patreon_authorization WHERE user_id = ?", user);
    tx.update("DELETE FROM patreon_authorization WHERE creator_id = ?", user);
  }

  private static Problem unknown() {
    return Problem.notFound("This took too long, or was begun elsewhere. Start again.");
  }
}
