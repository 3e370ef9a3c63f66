package io.bookbell.server.account;

import static io.bookbell.server.storage.schema.Tables.WS_TICKET;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Lets a client that cannot send headers with a WebSocket open one for its session: a ticket is
 * good once and for half a minute. Thread-safe: it keeps nothing between calls.
 */
public final class TicketStore {
  private static final Duration LIFE = Duration.ofSeconds(30);

  /** What is put into the address of the WebSocket, and until when. */
  public record Ticket(String ticket, Instant expiresAt) {}

  public Ticket issueTicket(Transaction tx, Caller caller) {
    String token = SecretTokens.createToken();
    Instant expires = tx.now().plus(LIFE);
    tx.sql()
        .insertInto(WS_TICKET)
        .set(WS_TICKET.TOKEN_HASH, SecretTokens.hashToken(token))
        .set(WS_TICKET.SESSION_HASH, caller.session())
        .set(WS_TICKET.EXPIRES_AT, expires)
        .execute();
    return new Ticket(token, expires);
  }

  /** Whether there is such a ticket, still good. */
  public boolean isValid(Transaction tx, String ticket) {
    return tx.sql()
        .fetchExists(
            WS_TICKET,
            WS_TICKET
                .TOKEN_HASH
                .eq(SecretTokens.hashToken(ticket))
                .and(WS_TICKET.EXPIRES_AT.gt(tx.now())));
  }

  /** Takes a ticket in; the hash of the session that it stands for, if it is still good. */
  public Optional<String> redeemTicket(Transaction tx, String ticket) {
    return tx.executeReturningOne(
        tx.sql()
            .deleteFrom(WS_TICKET)
            .where(WS_TICKET.TOKEN_HASH.eq(SecretTokens.hashToken(ticket)))
            .and(WS_TICKET.EXPIRES_AT.gt(tx.now())),
        WS_TICKET.SESSION_HASH);
  }

  /** Removes those whose time is over. */
  public void removeExpired(Transaction tx) {
    tx.sql().deleteFrom(WS_TICKET).where(WS_TICKET.EXPIRES_AT.le(tx.now())).execute();
  }
}
