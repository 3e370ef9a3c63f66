package io.bookbell.server.storage.sql;

/** Thrown by a session for one round trip that would need another one. */
public final class ExtraRoundTripException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ExtraRoundTripException() {
    super("The queries don't fit into one round trip", null, false, false);
  }
}
