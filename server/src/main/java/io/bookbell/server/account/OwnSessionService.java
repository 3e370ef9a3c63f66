package io.bookbell.server.account;

import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lists and ends the caller's own sessions. Thread-safe and stateless. */
public final class OwnSessionService {
  private final SessionStore sessionStore;

  public OwnSessionService(SessionStore sessionStore) {
    this.sessionStore = sessionStore;
  }

  /**
   * One of the caller's sessions.
   *
   * @param lastUsedAt may be a quarter of an hour too old, or a day if only a socket is open
   * @param current whether it is the caller's own
   */
  public record OwnSession(
      long id,
      @Nullable String client,
      @Nullable String address,
      Instant createdAt,
      Instant lastUsedAt,
      Instant expiresAt,
      boolean current) {}

  /** Returns the caller's sessions, the most recently used one first. */
  public List<OwnSession> list(Transaction tx, Caller caller) {
    Supplier<Instant> now = tx.nowLater();
    return tx
        .query(
            """
            SELECT id, token_hash, client, address, created_at, last_used_at, expires_at
            FROM session
            WHERE user_id = ?""",
            caller.user())
        .list(
            row ->
                new OwnSession(
                    row.getLong("id"),
                    row.findString("client"),
                    row.findString("address"),
                    row.getTime("created_at"),
                    row.getTime("last_used_at"),
                    row.getTime("expires_at"),
                    row.getString("token_hash").equals(caller.session())))
        .stream()
        .filter(session -> session.expiresAt.isAfter(now.get()))
        .sorted(
            Comparator.comparing(OwnSession::lastUsedAt)
                .reversed()
                .thenComparingLong(OwnSession::id))
        .toList();
  }

  /**
   * Ends one session.
   *
   * @return whether it was the caller's current one
   * @throws Problem 404 if the caller has no such session
   */
  public boolean endSession(Transaction tx, Caller caller, long id) {
    String hash = sessionStore.requireHash(tx, caller.user(), id);
    sessionStore.endSession(tx, caller.user(), hash);
    return hash.equals(caller.session());
  }

  /**
   * Ends all sessions but the current one.
   *
   * @throws Problem 401 if the current one has ended since the request was authenticated
   */
  public void endOthers(Transaction tx, Caller caller) {
    sessionStore.lockCaller(tx, caller);
    sessionStore.endAllExcept(tx, caller.user(), caller.session());
  }
}
