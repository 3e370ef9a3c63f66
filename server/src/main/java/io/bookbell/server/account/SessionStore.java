package io.bookbell.server.account;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.ENDED_SESSION;
import static io.bookbell.server.storage.schema.Tables.SESSION;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.PreparedQuery;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Caller;
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
 * Who is signed in where. Thread-safe: it keeps nothing between calls, so a session that ended is
 * over for the very next request.
 */
public final class SessionStore {
  /** A session that is not used for so long ends. */
  public static final Duration LIFE = Duration.ofDays(30);

  private static final Duration RENEWED_AFTER = Duration.ofDays(1);

  /** For so long other nodes can learn that a session is over; far longer than any takes. */
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
   * Creates the service.
   *
   * @param ended told of each session that is over, by its hash, after the commit
   */
  public SessionStore(BiConsumer<UserId, String> ended) {
    this.ended = ended;
  }

  /**
   * A session as its token finds it.
   *
   * @param stale whether it is time to {@link #renewSession} it
   */
  public record StoredSession(Caller caller, boolean stale) {}

  /**
   * Begins a session; the token is in nobody's hands but the answer's. Of a user who has as many as
   * one may have, the one that was not used for the longest time ends.
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

  /** The session of a token; empty when it is unknown, ended or expired. */
  public Optional<StoredSession> findByToken(Transaction tx, String token) {
    return findByHash(tx, SecretTokens.hashToken(token));
  }

  /** As {@link #findByToken}, by the hash that {@link Caller#session} holds. */
  public Optional<StoredSession> findByHash(Transaction tx, String hash) {
    return tx.bindQuery(LIVE, new SessionLookup(hash, tx.now()))
        .fetchOptional(
            row ->
                new StoredSession(
                    new Caller(row.value1(), hash, row.value2()),
                    row.value3().isBefore(tx.now().minus(RENEWED_AFTER))));
  }

  private record SessionLookup(String hash, Instant now) {}

  /** Counts the session's life from now. */
  public void renewSession(Transaction tx, String hash) {
    tx.sql()
        .update(SESSION)
        .set(SESSION.LAST_USED_AT, tx.now())
        .set(SESSION.EXPIRES_AT, tx.now().plus(LIFE))
        .where(SESSION.TOKEN_HASH.eq(hash))
        .execute();
  }

  /**
   * Counts the life of sessions from now that are in use without a call, by open sockets. Their
   * cookies are renewed by the next call.
   */
  public int extendSessions(Transaction tx, Collection<String> hashes) {
    return tx.sql()
        .update(SESSION)
        .set(SESSION.EXPIRES_AT, tx.now().plus(LIFE))
        .where(SESSION.TOKEN_HASH.in(hashes))
        .and(SESSION.EXPIRES_AT.gt(tx.now()))
        .execute();
  }

  /** Those of the sessions whose life should be counted from now by {@link #extendSessions}. */
  public List<String> findExtendable(Transaction tx, Collection<String> hashes) {
    return tx.sql()
        .select(SESSION.TOKEN_HASH)
        .from(SESSION)
        .where(SESSION.TOKEN_HASH.in(hashes))
        .and(SESSION.EXPIRES_AT.gt(tx.now()))
        .and(SESSION.EXPIRES_AT.lt(tx.now().plus(LIFE).minus(RENEWED_AFTER)))
        .fetch(SESSION.TOKEN_HASH);
  }

  /** Whether the token was that of a session that ended within the last hour. */
  boolean hasEnded(Transaction tx, String token) {
    return tx.sql()
        .fetchExists(ENDED_SESSION, ENDED_SESSION.TOKEN_HASH.eq(SecretTokens.hashToken(token)));
  }

  /** The hashes of the sessions that these users have at present. */
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
   * Ends some sessions whose time is over.
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

  /** Removes what nobody needs to learn any more. */
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
