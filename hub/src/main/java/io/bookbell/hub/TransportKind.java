package io.bookbell.hub;

/** The ways in which messages reach a client. */
public enum TransportKind {
  WEB_SOCKET,

  /** Server-sent events, in one response that doesn't end. */
  EVENT_STREAM,

  /** A request that is answered when there is a message, or after a while. */
  LONG_POLL
}
