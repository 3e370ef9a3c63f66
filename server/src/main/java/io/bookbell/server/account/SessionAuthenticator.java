package io.bookbell.server.account;

import io.bookbell.server.account.SessionStore.StoredSession;
import io.bookbell.server.http.Authenticator.AuthenticatedCaller;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.CallerCache;
import io.bookbell.server.http.CallerCache.LookupStart;
import io.bookbell.server.http.ClientDescription;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Authenticates callers by session token or WebSocket ticket. Any thread may call it. */
public final class SessionAuthenticator {
  private final Database database;
  private final SessionStore sessionStore;
  private final TicketStore ticketStore;
  private final CallerCache callerCache;

  public SessionAuthenticator(
      Database database,
      SessionStore sessionStore,
      TicketStore ticketStore,
      CallerCache callerCache) {
    this.database = database;
    this.sessionStore = sessionStore;
    this.ticketStore = ticketStore;
    this.callerCache = callerCache;
  }

  /** Fails with a {@link Problem} 401 if the session is unknown, ended or expired. */
  public CompletionStage<AuthenticatedCaller> authenticate(String token, ClientDescription client) {
    String hash = SecretTokens.hashToken(token);
    return callerCache
        .find(hash)
        .filter(caller -> caller.key().isEmpty()) // a key in the cookie is no session
        .map(caller -> new AuthenticatedCaller(caller, Optional.empty()))
        .<CompletionStage<AuthenticatedCaller>>map(CompletableFuture::completedStage)
        .orElseGet(() -> lookUp(hash, client));
  }

  private CompletionStage<AuthenticatedCaller> lookUp(String hash, ClientDescription client) {
    LookupStart start = callerCache.startLookup();
    return database
        .readOnce(tx -> sessionStore.findByHash(tx, hash))
        .thenApply(found -> acceptSession(found, start, client));
  }

  /** Whether the token belonged to a session that ended a short while ago. */
  public CompletionStage<Boolean> hasEnded(String token) {
    return database.read(tx -> sessionStore.hasEnded(tx, token));
  }

  /**
   * Redeems a ticket, which is valid once. Fails with a {@link Problem} 401. It reads before it
   * writes, so invented tickets cause no write transactions.
   */
  public CompletionStage<Caller> redeemTicket(String ticket) {
    return database
        .read(tx -> ticketStore.isValid(tx, ticket))
        .thenCompose(
            good ->
                good
                    ? database.writeFromReserve(tx -> redeemTicket(tx, ticket))
                    : CompletableFuture.completedFuture(Optional.<StoredSession>empty()))
        .thenApply(
            found ->
                found
                    .map(StoredSession::caller)
                    .orElseThrow(
                        () ->
                            Problem.unauthorized(
                                "This ticket is unknown, already used or older than 30 s.")));
  }

  private Optional<StoredSession> redeemTicket(Transaction tx, String ticket) {
    return ticketStore
        .redeemTicket(tx, ticket)
        .flatMap(session -> sessionStore.findByHash(tx, session));
  }

  /** Returns whether the caller's session still exists. */
  public CompletionStage<Boolean> isAlive(Caller caller) {
    return database
        .readOnce(tx -> sessionStore.findByHash(tx, caller.session()))
        .thenApply(Optional::isPresent);
  }

  private AuthenticatedCaller acceptSession(
      Optional<StoredSession> found, LookupStart start, ClientDescription client) {
    StoredSession session = found.orElseThrow(SessionStore::endedProblem);
    if (!session.isUntouched() && session.renewal().isEmpty()) {
      callerCache.remember(start, session.caller(), session.timeLeft());
    } else {
      CompletableFuture<?> update =
          database.writeFromReserve(tx -> recordUse(tx, session, SessionClient.of(client)));
      update.exceptionally(_ -> null); // the next request tries again
    }
    return new AuthenticatedCaller(session.caller(), session.renewal());
  }

  private boolean recordUse(Transaction tx, StoredSession session, SessionClient client) {
    String hash = session.caller().session();
    sessionStore.touchSession(tx, hash, client);
    session.renewal().ifPresent(lifetime -> sessionStore.renewSession(tx, hash, lifetime));
    return true;
  }
}
