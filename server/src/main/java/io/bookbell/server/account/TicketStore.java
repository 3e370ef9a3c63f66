package io.bookbell.server.account;

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
  private static final Duration LIFETIME = Duration.ofSeconds(30);

  /** The value for the WebSocket's URL, and when it expires. */
  public record Ticket(String ticket, Instant expiresAt) {}

  public Ticket issueTicket(Transaction tx, Caller caller) {
    String token = SecretTokens.createToken();
    Instant expires = tx.now().plus(LIFETIME);
    tx.update(
        "INSERT INTO ws_ticket (token_hash, session_hash, expires_at) VALUES (?, ?, ?)",
        SecretTokens.hashToken(token),
        caller.session(),
        expires);
    return new Ticket(token, expires);
  }

  /** Returns whether the ticket exists and hasn't expired. */
  public boolean isValid(Transaction tx, String ticket) {
    return tx.query(
            "SELECT 1 FROM ws_ticket WHERE token_hash = ? AND expires_at > ? LIMIT 1",
            SecretTokens.hashToken(ticket),
            tx.now())
        .exists();
  }

  /**
   * Redeems a ticket and returns the hash of its session; empty if the ticket is unknown or
   * expired.
   */
  public Optional<String> redeemTicket(Transaction tx, String ticket) {
    return tx.query(
            "DELETE FROM ws_ticket WHERE token_hash = ? AND expires_at > ? RETURNING session_hash",
            SecretTokens.hashToken(ticket),
            tx.now())
        .first(row -> row.getString("session_hash"));
  }

  /** Deletes expired tickets. */
  public void removeExpired(Transaction tx) {
    tx.update("DELETE FROM ws_ticket WHERE expires_at <= ?", tx.now());
  }
}
