package io.bookbell.server.account;

import static io.bookbell.server.storage.schema.Tables.WS_TICKET;

import io.bookbell.server.http.Caller;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Issues and redeems tickets, for clients that can't send headers when they open a WebSocket. A
 * ticket is valid once, for 30 seconds. Thread-safe and stateless.
 */
public final class TicketStore {
  private static final Duration LIFE = Duration.ofSeconds(30);

  /** The value for the WebSocket's URL, and when it expires. */
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

  /** Returns whether the ticket exists and hasn't expired. */
  public boolean isValid(Transaction tx, String ticket) {
    return tx.sql()
        .fetchExists(
            WS_TICKET,
            WS_TICKET
                .TOKEN_HASH
                .eq(SecretTokens.hashToken(ticket))
                .and(WS_TICKET.EXPIRES_AT.gt(tx.now())));
  }

  /**
   * Redeems a ticket and returns the hash of its session; empty if the ticket is unknown or
   * expired.
   */
  public Optional<String> redeemTicket(Transaction tx, String ticket) {
    return tx.executeReturningOne(
        tx.sql()
            .deleteFrom(WS_TICKET)
            .where(WS_TICKET.TOKEN_HASH.eq(SecretTokens.hashToken(ticket)))
            .and(WS_TICKET.EXPIRES_AT.gt(tx.now())),
        WS_TICKET.SESSION_HASH);
  }

  /** Deletes expired tickets. */
  public void removeExpired(Transaction tx) {
    tx.sql().deleteFrom(WS_TICKET).where(WS_TICKET.EXPIRES_AT.le(tx.now())).execute();
  }
}
