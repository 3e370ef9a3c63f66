package io.bookbell.server.key;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.KeyGrant;
import io.bookbell.server.http.KeyScope;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores keys, of which it knows only the hashes. Thread-safe. What nodes remember of them, {@code
 * CallerCache} forgets when a key is revoked.
 */
public final class KeyStore {
  private static final int MAX_PER_USER = 20;
  private static final int REMOVED_AT_ONCE = 200;

  /** How long an expired key stays in its owner's list, to explain why a program has stopped. */
  private static final Duration EXPIRED_RETENTION = Duration.ofDays(30);

  private static final Duration USE_RECORDED_AFTER = Duration.ofMinutes(1);
  private static final Duration NEVER = Duration.ofSeconds(Long.MAX_VALUE);

  private static final String FOUND_KEY =
      """
      SELECT k.id, k.user_id, u.operator, k.scopes, k.expires_at, k.last_used_at
      FROM api_key k
      JOIN app_user u ON u.id = k.user_id
      WHERE k.token_hash = ? AND u.disabled_at IS NULL""";

  private static final String OF_USER =
      """
      SELECT id, name, key_start, scopes, created_at, expires_at, last_used_at
      FROM api_key
      WHERE user_id = ?
      ORDER BY id DESC""";

  private static final String INSERT =
      """
      INSERT INTO api_key (user_id, name, key_start, token_hash, scopes, created_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      RETURNING id""";

  private final SessionStore sessionStore;

  public KeyStore(SessionStore sessionStore) {
    this.sessionStore = sessionStore;
  }

  /** The terms of a new key. */
  public record KeyTerms(String name, Set<KeyScope> scopes, Optional<Instant> expiresAt) {}

  /** A new key and its secret, which can't be read again later. */
  public record CreatedKey(ApiKey apiKey, String secret) {}

  /**
   * A key found by its hash.
   *
   * @param isUseStale whether {@link #recordUse} is due
   */
  record ValidKey(long id, Caller caller, boolean isUseStale) {
    Duration timeLeft() {
      return caller.key().flatMap(KeyGrant::timeLeft).orElse(NEVER);
    }
  }

  /**
   * Creates a key for the caller, whose account it locks: whoever ends all sessions and keys of an
   * account under the same lock leaves none that is being created by one of those sessions.
   *
   * @throws Problem 400 when the expiry isn't in the future, 401 when the caller's session has
   *     ended meanwhile, 403 when only an operator's key may have one of the scopes, 409 when the
   *     caller has the maximum number of keys
   */
  public CreatedKey create(Transaction tx, Caller caller, KeyTerms keyTerms) {
    caller.requireOwnSession();
    if (keyTerms.scopes.contains(KeyScope.PUBLISH) && !caller.operator()) {
      throw Problem.forbidden("Only an operator's key may have the scope “publish”.");
    }
    Instant expiresAt =
        keyTerms.expiresAt.map(time -> time.truncatedTo(ChronoUnit.MILLIS)).orElse(null);
    if (expiresAt != null && !expiresAt.isAfter(tx.now())) {
      throw Problem.validationFailed("expires_at", "must be in the future");
    }
    tx.lockRows("SELECT id FROM app_user WHERE id = ? FOR NO KEY UPDATE", caller.user());
    if (sessionStore.findByHash(tx, caller.session()).isEmpty()) {
      throw Problem.unauthorized("The session has ended. Sign in again.");
    }
    if (list(tx, caller.user()).size() >= MAX_PER_USER) {
      throw Problem.limitReached("too_many_keys", MAX_PER_USER, "keys");
    }
    String secret = KeyFormat.createKey();
    String start = KeyFormat.startOf(secret);
    List<KeyScope> scopes = keyTerms.scopes.stream().sorted().toList();
    long id =
        tx.query(
                INSERT,
                caller.user(),
                keyTerms.name,
                start,
                SecretTokens.hashToken(secret),
                joinScopes(scopes),
                tx.now(),
                expiresAt)
            .single(row -> row.getLong("id"));
    return new CreatedKey(
        new ApiKey(id, keyTerms.name, scopes, start, tx.now(), expiresAt, null), secret);
  }

  private static String joinScopes(List<KeyScope> scopes) {
    return scopes.stream().map(KeyScope::wireName).collect(Collectors.joining(" "));
  }

  private static List<KeyScope> splitScopes(String stored) {
    return Arrays.stream(stored.split(" ", -1)).map(KeyScope::of).toList();
  }

  /** Returns the user's keys, newest first, including those that have expired lately. */
  public List<ApiKey> list(Transaction tx, UserId user) {
    return tx.query(OF_USER, user).list(KeyStore::toApiKey);
  }

  private static ApiKey toApiKey(SqlRow row) throws SQLException {
    return new ApiKey(
        row.getLong("id"),
        row.getString("name"),
        splitScopes(row.getString("scopes")),
        row.getString("key_start"),
        row.getTime("created_at"),
        row.findTime("expires_at"),
        row.findTime("last_used_at"));
  }

  /**
   * Deletes a key of the user and closes its sockets, on all nodes.
   *
   * @throws Problem 404 when the user has no such key
   */
  public void revoke(Transaction tx, UserId user, long id) {
    String hash =
        tx.query("DELETE FROM api_key WHERE id = ? AND user_id = ? RETURNING token_hash", id, user)
            .first(row -> row.getString("token_hash"))
            .orElseThrow(Problem::notFound);
    sessionStore.announceEnd(tx, user, hash);
  }

  /**
   * Deletes all keys of a user and closes their sockets, on all nodes. For callers who have locked
   * the account.
   */
  public void revokeAll(Transaction tx, UserId user) {
    tx.query("DELETE FROM api_key WHERE user_id = ? RETURNING token_hash", user)
        .list(row -> row.getString("token_hash"))
        .forEach(hash -> sessionStore.announceEnd(tx, user, hash));
  }

  /** Returns those of these hashes that belong to keys. */
  public List<String> findExisting(Transaction tx, Collection<String> hashes) {
    return tx.query("SELECT token_hash FROM api_key WHERE token_hash IN (?)", hashes)
        .list(row -> row.getString("token_hash"));
  }

  /** Finds the key with this hash; empty if it is unknown, revoked or expired. */
  Optional<ValidKey> findValid(Transaction tx, String hash) {
    Supplier<Instant> now = tx.nowLater();
    return tx.query(FOUND_KEY, hash).list(KeyRow::of).stream()
        .filter(row -> row.expiresAt == null || row.expiresAt.isAfter(now.get()))
        .map(row -> row.toValidKey(hash, now.get()))
        .findFirst();
  }

  private record KeyRow(
      long id,
      UserId user,
      boolean operator,
      Set<KeyScope> scopes,
      @Nullable Instant expiresAt,
      @Nullable Instant lastUsedAt) {
    static KeyRow of(SqlRow row) throws SQLException {
      return new KeyRow(
          row.getLong("id"),
          row.getUser("user_id"),
          row.getBoolean("operator"),
          Set.copyOf(splitScopes(row.getString("scopes"))),
          row.findTime("expires_at"),
          row.findTime("last_used_at"));
    }

    ValidKey toValidKey(String hash, Instant now) {
      Optional<Duration> timeLeft =
          Optional.ofNullable(expiresAt).map(end -> Duration.between(now, end));
      return new ValidKey(
          id,
          new Caller(user, hash, operator, Optional.of(new KeyGrant(scopes, timeLeft))),
          lastUsedAt == null || lastUsedAt.isBefore(now.minus(USE_RECORDED_AFTER)));
    }
  }

  /** Stores that a key was used now, unless another node has just done so. */
  void recordUse(Transaction tx, long id) {
    tx.update(
        """
        UPDATE api_key
        SET last_used_at = ?
        WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)""",
        tx.now(),
        id,
        tx.now().minus(USE_RECORDED_AFTER));
  }

  /** Returns the hashes of these users' valid keys. */
  public Map<UserId, Set<String>> findHashesByUser(Transaction tx, Collection<UserId> users) {
    return tx
        .query(
            """
            SELECT user_id, token_hash
            FROM api_key
            WHERE user_id IN (?) AND (expires_at IS NULL OR expires_at > ?)""",
            users,
            tx.now())
        .list(row -> new UserKey(row.getUser("user_id"), row.getString("token_hash")))
        .stream()
        .collect(groupingBy(UserKey::user, mapping(UserKey::hash, toSet())));
  }

  private record UserKey(UserId user, String hash) {}

  /**
   * Deletes a batch of keys that expired a while ago. Their sockets were closed when they expired.
   *
   * @return whether there may be more
   */
  public boolean removeExpired(Transaction tx) {
    List<Long> expired =
        tx.query(
                "SELECT id FROM api_key WHERE expires_at < ? LIMIT ?",
                tx.now().minus(EXPIRED_RETENTION),
                REMOVED_AT_ONCE)
            .list(row -> row.getLong("id"));
    if (!expired.isEmpty()) {
      tx.update("DELETE FROM api_key WHERE id IN (?)", expired);
    }
    return expired.size() == REMOVED_AT_ONCE;
  }
}
