package io.bookbell.server.account;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.TransactionCursor;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlRow;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Stores sessions. Thread-safe. What nodes remember of them, {@code CallerCache} forgets when a
 * session ends.
 */
public final class SessionStore {
  /** A session expires when it hasn't been used for this long. */
  public static final Duration LIFETIME = Duration.ofDays(30);

  /** A session ends this long after its beginning, however much it is used. */
  public static final Duration MAX_LIFETIME = Duration.ofDays(180);

  private static final Duration RENEWED_AFTER = Duration.ofDays(1);
  private static final Duration TOUCHED_AFTER = Duration.ofMinutes(15);
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Greater integers are not exact in JavaScript. */
  private static final long GREATEST_ID = (1L << 53) - 1;

  /**
   * How long ended sessions are remembered, so that other nodes learn about them; far longer than
   * any of them needs.
   */
  private static final Duration ENDED_RETENTION = Duration.ofHours(1);

  private static final int REMOVED_AT_ONCE = 200;
  private static final int MAX_PER_USER = 100;

  private static final String LIVE =
      """
      SELECT s.user_id, u.operator, s.created_at, s.last_used_at, s.renewed_at, s.expires_at
      FROM session s
      JOIN app_user u ON u.id = s.user_id
      WHERE s.token_hash = ? AND u.disabled_at IS NULL""";

  private final AccountStore accountStore = new AccountStore();
  private final BiConsumer<UserId, String> ended;
  private final SessionBinding binding;

  /** What lasts no longer than a session. */
  @FunctionalInterface
  public interface SessionBinding {
    /**
     * Called in the transaction that ends a session.
     *
     * @param session the hash of its token
     */
    void endSession(Transaction tx, UserId user, String session);
  }

  /**
   * Creates a store of sessions to which nothing is bound.
   *
   * @param ended called after the commit with the user and the token hash of each session that
   *     ended
   */
  public SessionStore(BiConsumer<UserId, String> ended) {
    this(ended, (_, _, _) -> {});
  }

  /**
   * Creates the store.
   *
   * @param ended called after the commit with the user and the token hash of each session that
   *     ended
   * @param binding ends what is bound to a session
   */
  public SessionStore(BiConsumer<UserId, String> ended, SessionBinding binding) {
    this.ended = ended;
    this.binding = binding;
  }

  /**
   * A session found by its token.
   *
   * @param isUntouched whether it is due for {@link #touchSession}
   * @param renewal the lifetime to which {@link #renewSession} should extend it; empty if it isn't
   *     due
   * @param timeLeft how long it is still valid
   */
  public record StoredSession(
      Caller caller, boolean isUntouched, Optional<Duration> renewal, Duration timeLeft) {}

  /**
   * A session that was ended.
   *
   * @param session the hash of its token
   */
  public record EndedSession(UserId user, String session) {}

  /**
   * Creates a session and returns its token, which is stored only as a hash. If the user has the
   * maximum number of sessions, the least recently used one ends.
   */
  public String createSession(Transaction tx, UserId user, SessionClient client) {
    return createSession(tx, user, client, tx.now());
  }

  /**
   * Like {@link #createSession(Transaction, UserId, SessionClient)}.
   *
   * @param beginning when the user was authenticated
   */
  String createSession(Transaction tx, UserId user, SessionClient client, Instant beginning) {
    endOldest(tx, user, MAX_PER_USER - 1);
    String token = SecretTokens.createToken();
    Instant now = tx.now();
    tx.update(
        """
        INSERT INTO session
          (token_hash, id, user_id, client, address, created_at, last_used_at, renewed_at,
            expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        SecretTokens.hashToken(token),
        RANDOM.nextLong(1, GREATEST_ID),
        user,
        client.name(),
        client.address(),
        beginning,
        now,
        now,
        now.plus(remainingLife(now, beginning)));
    return token;
  }

  private void endOldest(Transaction tx, UserId user, int kept) {
    Map<String, Instant> own =
        tx.query("SELECT token_hash, last_used_at FROM session WHERE user_id = ?", user)
            .map(row -> row.getString("token_hash"), row -> row.getTime("last_used_at"));
    own.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .limit(Math.max(0, own.size() - kept))
        .forEach(session -> endSession(tx, user, session.getKey()));
  }

  /** Returns the session of a token; empty if it is unknown, ended or expired. */
  public Optional<StoredSession> findByToken(Transaction tx, String token) {
    return findByHash(tx, SecretTokens.hashToken(token));
  }

  /** Like {@link #findByToken}, by the hash in {@link Caller#session}. */
  public Optional<StoredSession> findByHash(Transaction tx, String hash) {
    Supplier<Instant> now = tx.nowLater();
    return tx.query(LIVE, hash).list(row -> SessionRow.of(row, hash)).stream()
        .filter(row -> row.expiresAt.isAfter(now.get()))
        .map(row -> row.toSession(now.get()))
        .findFirst();
  }

  private record SessionRow(
      Caller caller, Instant createdAt, Instant lastUsedAt, Instant renewedAt, Instant expiresAt) {
    static SessionRow of(SqlRow row, String hash) throws SQLException {
      return new SessionRow(
          new Caller(row.getUser("user_id"), hash, row.getBoolean("operator")),
          row.getTime("created_at"),
          row.getTime("last_used_at"),
          row.getTime("renewed_at"),
          row.getTime("expires_at"));
    }

    StoredSession toSession(Instant now) {
      return new StoredSession(
          caller,
          lastUsedAt.isBefore(now.minus(TOUCHED_AFTER)),
          renewedAt.isBefore(now.minus(RENEWED_AFTER))
              ? Optional.of(remainingLife(now, createdAt))
              : Optional.empty(),
          Duration.between(now, expiresAt));
    }
  }

  private static Duration remainingLife(Instant now, Instant createdAt) {
    Duration most = Duration.between(now, createdAt.plus(MAX_LIFETIME));
    return most.compareTo(LIFETIME) < 0 ? most : LIFETIME;
  }

  /** Records that the session was used, and by what. */
  void touchSession(Transaction tx, String hash, SessionClient client) {
    tx.update(
        "UPDATE session SET last_used_at = ?, client = ?, address = ? WHERE token_hash = ?",
        tx.now(),
        client.name(),
        client.address(),
        hash);
  }

  /** Restarts the session's lifetime from now. */
  void renewSession(Transaction tx, String hash, Duration lifetime) {
    tx.update(
        "UPDATE session SET renewed_at = ?, expires_at = ? WHERE token_hash = ?",
        tx.now(),
        tx.now().plus(lifetime),
        hash);
  }

  /**
   * Restarts the lifetime of sessions that are in use only through open sockets. The next call of
   * each renews its cookie.
   */
  public int extendSessions(Transaction tx, Collection<String> hashes) {
    return tx.update(
        """
        UPDATE session
        SET last_used_at = ?,
          expires_at = CASE WHEN created_at + ? < ? THEN created_at + ? ELSE ? END
        WHERE token_hash IN (?) AND expires_at > ?""",
        tx.now(),
        MAX_LIFETIME.toMillis(),
        tx.now().plus(LIFETIME),
        MAX_LIFETIME.toMillis(),
        tx.now().plus(LIFETIME),
        hashes,
        tx.now());
  }

  /** Returns those of the given sessions that are due for {@link #extendSessions}. */
  public List<String> findExtendable(Transaction tx, Collection<String> hashes) {
    return tx.query(
            """
            SELECT token_hash
            FROM session
            WHERE token_hash IN (?) AND expires_at > ? AND expires_at < ?
              AND expires_at < created_at + ?""",
            hashes,
            tx.now(),
            tx.now().plus(LIFETIME).minus(RENEWED_AFTER),
            MAX_LIFETIME.toMillis())
        .list(row -> row.getString("token_hash"));
  }

  /** Returns those of these hashes that belong to sessions. */
  public List<String> findExisting(Transaction tx, Collection<String> hashes) {
    return tx.query("SELECT token_hash FROM session WHERE token_hash IN (?)", hashes)
        .list(row -> row.getString("token_hash"));
  }

  /** Returns whether the token belonged to a session that ended within the last hour. */
  boolean hasEnded(Transaction tx, String token) {
    return tx.query(
            "SELECT 1 FROM ended_session WHERE token_hash = ? LIMIT 1",
            SecretTokens.hashToken(token))
        .exists();
  }

  /** Returns the token hashes of these users' current sessions. */
  public Map<UserId, Set<String>> findHashesByUser(Transaction tx, Collection<UserId> users) {
    return tx
        .query(
            "SELECT user_id, token_hash FROM session WHERE user_id IN (?) AND expires_at > ?",
            users,
            tx.now())
        .list(row -> new UserSession(row.getUser("user_id"), row.getString("token_hash")))
        .stream()
        .collect(groupingBy(UserSession::user, mapping(UserSession::hash, toSet())));
  }

  private record UserSession(UserId user, String hash) {}

  /**
   * Ends a user's sessions, for a caller who has locked the account.
   *
   * @param kept the hash of the one that stays
   */
  public void endAllExcept(Transaction tx, UserId user, String kept) {
    tx.query("SELECT token_hash FROM session WHERE user_id = ? AND token_hash <> ?", user, kept)
        .list(row -> row.getString("token_hash"))
        .forEach(hash -> endSession(tx, user, hash));
  }

  /**
   * Locks the account of somebody who is signed in, for the rest of the transaction.
   *
   * @throws Problem 401 if the session has ended since the request was authenticated, 403 if
   *     somebody else has signed the caller in
   */
  Account lockCaller(Transaction tx, Caller caller) {
    caller.requireOwnSession();
    Account account = accountStore.lockAccount(tx, caller.user());
    if (findByHash(tx, caller.session()).isEmpty()) {
      throw endedProblem();
    }
    return account;
  }

  static Problem endedProblem() {
    return Problem.unauthorized("The session has ended. Sign in again.");
  }

  /**
   * Ends a batch of expired sessions.
   *
   * @return whether there may be more
   */
  public boolean endExpired(Transaction tx) {
    List<UserSession> expired =
        tx.query(
                "SELECT user_id, token_hash FROM session WHERE expires_at <= ? LIMIT ?",
                tx.now(),
                REMOVED_AT_ONCE)
            .list(row -> new UserSession(row.getUser("user_id"), row.getString("token_hash")));
    expired.forEach(session -> endSession(tx, session.user(), session.hash()));
    return expired.size() == REMOVED_AT_ONCE;
  }

  /** Returns the sessions that this transaction or later ones have ended, on PostgreSQL. */
  public List<EndedSession> findEndedSince(Transaction tx, TransactionCursor from) {
    return tx.query(
            SqlFragment.of("SELECT user_id, token_hash FROM ended_session WHERE")
                .append(from.writtenSince("ended_session", "xid")))
        .list(row -> new EndedSession(row.getUser("user_id"), row.getString("token_hash")));
  }

  /** Deletes the records of ended sessions that every node has learned about by now. */
  public void removeEndedMarkers(Transaction tx) {
    tx.update("DELETE FROM ended_session WHERE ended_at < ?", tx.now().minus(ENDED_RETENTION));
  }

  /**
   * Returns the token hash of a user's session.
   *
   * @throws Problem 404 if the user has no such session
   */
  String requireHash(Transaction tx, UserId user, long id) {
    return tx.query("SELECT token_hash FROM session WHERE user_id = ? AND id = ?", user, id)
        .first(row -> row.getString("token_hash"))
        .orElseThrow(Problem::notFound);
  }

  /** Returns when the user of a session was authenticated; empty if there is no such session. */
  Optional<Instant> findBeginning(Transaction tx, String hash) {
    return tx.query("SELECT created_at FROM session WHERE token_hash = ?", hash)
        .first(row -> row.getTime("created_at"));
  }

  /** Returns the sessions that have ended since a time, on this machine's clock. */
  public List<EndedSession> findEndedAfter(Transaction tx, Instant time) {
    return tx.query("SELECT user_id, token_hash FROM ended_session WHERE ended_at > ?", time)
        .list(row -> new EndedSession(row.getUser("user_id"), row.getString("token_hash")));
  }

  /** Ends a session, by the hash of its token. */
  public void endSession(Transaction tx, UserId user, String hash) {
    tx.update("DELETE FROM session WHERE token_hash = ?", hash);
    binding.endSession(tx, user, hash);
    announceEnd(tx, user, hash);
  }

  /**
   * Makes all nodes close the sockets of a user's external sign-ins, for a caller who has locked
   * the account. They may have been closed before, which must not keep other nodes from learning of
   * it again.
   */
  void announceExternalEnd(Transaction tx, UserId user) {
    String hash = ExternalSignIns.sessionOf(user);
    tx.update("DELETE FROM ended_session WHERE token_hash = ?", hash);
    announceEnd(tx, user, hash);
  }

  /**
   * Makes all nodes close the sockets that were opened with a token.
   *
   * @param hash the hash of a session's token or of a key, which is no longer valid
   */
  public void announceEnd(Transaction tx, UserId user, String hash) {
    tx.update(
        """
        INSERT INTO ended_session (token_hash, user_id, ended_at)
        VALUES (?, ?, ?)
        ON CONFLICT DO NOTHING""",
        hash,
        user,
        tx.now());
    tx.afterCommit(() -> ended.accept(user, hash));
  }
}
