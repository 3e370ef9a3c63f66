package io.bookbell.server.account;

import io.bookbell.server.account.Sessions.Found;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Authenticator;
import io.bookbell.server.web.Caller;
import io.bookbell.server.web.Problem;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lets in who holds a good token or ticket. Any thread may call it. */
public final class SessionGate implements Authenticator {
  private final Database database;
  private final Sessions sessions;
  private final Tickets tickets;

  public SessionGate(Database database, Sessions sessions, Tickets tickets) {
    this.database = database;
    this.sessions = sessions;
    this.tickets = tickets;
  }

  @Override
  public CompletionStage<Authenticated> authenticate(String token) {
    return database.read(tx -> sessions.find(tx, token)).thenApply(this::admit);
  }

  @Override
  public CompletionStage<Boolean> hasEnded(String token) {
    return database.read(tx -> sessions.hasEnded(tx, token));
  }

  /**
   * Takes a ticket in; it is void afterwards. Fails with a {@link Problem} 401. Anybody can invent
   * tickets, so it writes only when there is one.
   */
  public CompletionStage<Caller> redeem(String ticket) {
    return database
        .read(tx -> tickets.isGood(tx, ticket))
        .thenCompose(
            good ->
                good
                    ? database.writeFromReserve(tx -> redeem(tx, ticket))
                    : CompletableFuture.completedFuture(Optional.<Found>empty()))
        .thenApply(
            found ->
                found
                    .map(Found::caller)
                    .orElseThrow(
                        () ->
                            Problem.unauthorized(
                                "This ticket is unknown, already used or older than 30 s.")));
  }

  private Optional<Found> redeem(Transaction tx, String ticket) {
    return tickets.redeem(tx, ticket).flatMap(session -> sessions.findByHash(tx, session));
  }

  /** Whether the session has not ended meanwhile. */
  public CompletionStage<Boolean> isAlive(Caller caller) {
    return database.read(tx -> sessions.findByHash(tx, caller.session()).isPresent());
  }

  private Authenticated admit(Optional<Found> found) {
    Found session =
        found.orElseThrow(() -> Problem.unauthorized("The session has ended. Sign in again."));
    if (session.stale()) {
      CompletableFuture<?> renewal =
          database.writeFromReserve(
              tx -> {
                sessions.renew(tx, session.caller().session());
                return true;
              });
      renewal.exceptionally(_ -> null); // the next request tries again
    }
    return new Authenticated(
        session.caller(), session.stale() ? Optional.of(Sessions.LIFE) : Optional.empty());
  }
}
