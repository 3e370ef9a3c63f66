package io.bookbell.server.account;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.ENDED_SESSION;
import static io.bookbell.server.storage.schema.Tables.SESSION;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Caller;
import io.bookbell.server.storage.PreparedQuery;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.TransactionCursor;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jooq.Record3;
import org.jooq.ResultQuery;

/**
 * Stores sessions. Thread-safe, without a cache: an ended session is invalid for the very next
 * request.
 */
public final class SessionStore {
  /** A session expires when it hasn't been used for this long. */
  public static final Duration LIFE = Duration.ofDays(30);

  private static final Duration RENEWED_AFTER = Duration.ofDays(1);

  /**
   * How long ended sessions are remembered, so that other nodes learn about them; far longer than
   * any of them needs.
   */
  private static final Duration ENDED_KEPT = Duration.ofHours(1);

  private static final int REMOVED_AT_ONCE = 200;
  private static final int MOST_OF_ONE_USER = 100;

  private static final PreparedQuery<SessionLookup, ResultQuery<Record3<UserId, Boolean, Instant>>>
      LIVE =
          PreparedQuery.of(
              (sql, from) ->
                  sql.select(SESSION.USER_ID, APP_USER.OPERATOR, SESSION.LAST_USED_AT)
                      .from(SESSION)
                      .join(APP_USER)
                      .on(APP_USER.ID.eq(SESSION.USER_ID))
                      .where(
                          SESSION.TOKEN_HASH.eq(
                              from.parameterFor(SESSION.TOKEN_HASH, SessionLookup::hash)))
                      .and(
                          SESSION.EXPIRES_AT.gt(
                              from.parameterFor(SESSION.EXPIRES_AT, SessionLookup::now))));

  private final BiConsumer<UserId, String> ended;

  /**
   * Creates the store.
   *
   * @param ended called after the commit with the user and the token hash of each session that
   *     ended
   */
  public SessionStore(BiConsumer<UserId, String> ended) {
    this.ended = ended;
  }

  /**
   * A session found by its token.
   *
   * @param stale whether it is due for {@link #renewSession}
   */
  public record StoredSession(Caller caller, boolean stale) {}

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
  public String createSession(Transaction tx, UserId user) {
    endOldest(tx, user, MOST_OF_ONE_USER - 1);
    String token = SecretTokens.createToken();
    Instant now = tx.now();
    tx.sql()
        .insertInto(SESSION)
        .set(SESSION.TOKEN_HASH, SecretTokens.hashToken(token))
        .set(SESSION.USER_ID, user)
        .set(SESSION.CREATED_AT, now)
        .set(SESSION.LAST_USED_AT, now)
        .set(SESSION.EXPIRES_AT, now.plus(LIFE))
        .execute();
    return token;
  }

  private void endOldest(Transaction tx, UserId user, int kept) {
    var own =
        tx.sql()
            .select(SESSION.TOKEN_HASH, SESSION.LAST_USED_AT)
            .from(SESSION)
            .where(SESSION.USER_ID.eq(user))
            .fetch();
    own.stream()
        .sorted(Comparator.comparing(row -> row.value2()))
        .limit(Math.max(0, own.size() - kept))
        .forEach(row -> removeSession(tx, user, row.value1()));
  }

  /** Returns the session of a token; empty if it is unknown, ended or expired. */
  public Optional<StoredSession> findByToken(Transaction tx, String token) {
    return findByHash(tx, SecretTokens.hashToken(token));
  }

  /** Like {@link #findByToken}, by the hash in {@link Caller#session}. */
  public Optional<StoredSession> findByHash(Transaction tx, String hash) {
    return tx.bindQuery(LIVE, new SessionLookup(hash, tx.now()))
        .fetchOptional(
            row ->
                new StoredSession(
                    new Caller(row.value1(), hash, row.value2()),
                    row.value3().isBefore(tx.now().minus(RENEWED_AFTER))));
  }

  private record SessionLookup(String hash, Instant now) {}

  /** Restarts the session's lifetime from now. */
  public void renewSession(Transaction tx, String hash) {
    tx.sql()
        .update(SESSION)
        .set(SESSION.LAST_USED_AT, tx.now())
        .set(SESSION.EXPIRES_AT, tx.now().plus(LIFE))
        .where(SESSION.TOKEN_HASH.eq(hash))
        .execute();
  }

  /**
   * Restarts the lifetime of sessions that are in use only through open sockets. The next call of
   * each renews its cookie.
   */
  public int extendSessions(Transaction tx, Collection<String> hashes) {
    return tx.sql()
        .update(SESSION)
        .set(SESSION.EXPIRES_AT, tx.now().plus(LIFE))
        .where(SESSION.TOKEN_HASH.in(hashes))
        .and(SESSION.EXPIRES_AT.gt(tx.now()))
        .execute();
  }

  /** Returns those of the given sessions that are due for {@link #extendSessions}. */
  public List<String> findExtendable(Transaction tx, Collection<String> hashes) {
    return tx.sql()
        .select(SESSION.TOKEN_HASH)
        .from(SESSION)
        .where(SESSION.TOKEN_HASH.in(hashes))
        .and(SESSION.EXPIRES_AT.gt(tx.now()))
        .and(SESSION.EXPIRES_AT.lt(tx.now().plus(LIFE).minus(RENEWED_AFTER)))
        .fetch(SESSION.TOKEN_HASH);
  }

  /** Returns whether the token belonged to a session that ended within the last hour. */
  boolean hasEnded(Transaction tx, String token) {
    return tx.sql()
        .fetchExists(ENDED_SESSION, ENDED_SESSION.TOKEN_HASH.eq(SecretTokens.hashToken(token)));
  }

  /** Returns the token hashes of these users' current sessions. */
  public Map<UserId, Set<String>> findHashesByUser(Transaction tx, Collection<UserId> users) {
    return tx.sql()
        .select(SESSION.USER_ID, SESSION.TOKEN_HASH)
        .from(SESSION)
        .where(SESSION.USER_ID.in(users))
        .and(SESSION.EXPIRES_AT.gt(tx.now()))
        .collect(groupingBy(row -> row.value1(), mapping(row -> row.value2(), toSet())));
  }

  public void endSession(Transaction tx, Caller caller) {
    removeSession(tx, caller.user(), caller.session());
  }

  /**
   * Ends a batch of expired sessions.
   *
   * @return whether there may be more
   */
  public boolean endExpired(Transaction tx) {
    List<Caller> expired =
        tx.sql()
            .select(SESSION.USER_ID, SESSION.TOKEN_HASH)
            .from(SESSION)
            .where(SESSION.EXPIRES_AT.le(tx.now()))
            .limit(REMOVED_AT_ONCE)
            .fetch(row -> new Caller(row.value1(), row.value2(), false));
    expired.forEach(session -> endSession(tx, session));
    return expired.size() == REMOVED_AT_ONCE;
  }

  /** Returns the sessions that this transaction or later ones have ended, on PostgreSQL. */
  public List<EndedSession> findEndedSince(Transaction tx, TransactionCursor from) {
    return tx.sql()
        .select(ENDED_SESSION.USER_ID, ENDED_SESSION.TOKEN_HASH)
        .from(ENDED_SESSION)
        .where(from.writtenSince("ended_session", "xid"))
        .fetch(row -> new EndedSession(row.value1(), row.value2()));
  }

  /** Deletes the records of ended sessions that every node has learned about by now. */
  public void removeEndedMarkers(Transaction tx) {
    tx.sql()
        .deleteFrom(ENDED_SESSION)
        .where(ENDED_SESSION.ENDED_AT.lt(tx.now().minus(ENDED_KEPT)))
        .execute();
  }

  private void removeSession(Transaction tx, UserId user, String hash) {
    tx.sql().deleteFrom(SESSION).where(SESSION.TOKEN_HASH.eq(hash)).execute();
    tx.sql()
        .insertInto(ENDED_SESSION)
        .set(ENDED_SESSION.TOKEN_HASH, hash)
        .set(ENDED_SESSION.USER_ID, user)
        .set(ENDED_SESSION.ENDED_AT, tx.now())
        .onConflictDoNothing()
        .execute();
    tx.afterCommit(() -> ended.accept(user, hash));
  }
}
