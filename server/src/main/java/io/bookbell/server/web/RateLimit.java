package io.bookbell.server.web;

/**
 * An allowance of calls in a minute, counted for each user and shared by the routes that name it.
 */
public enum RateLimit {
  READ(1_200),
  WRITE(300),
  /** New book requests. */
  ASK(120),
  REPLY(30),
  FOLLOW(60),
  /** Look-ups in the catalogue of books. */
  SEARCH(90),
  /** Pictures of books, of which a page shows many. */
  COVER(1_200),
  /** Whole tables as files. */
  EXPORT(20),
  /** Pictures that are sent here. */
  UPLOAD(20),
  /** Tickets for WebSockets. */
  TICKET(120),
  /** Handshakes of WebSockets. */
  CONNECT(300),
  /** Calls without a session, counted for each client address, of IPv6 by its /64. */
  OPEN(600);

  private final int perMinute;

  RateLimit(int perMinute) {
    this.perMinute = perMinute;
  }

  public int perMinute() {
    return perMinute;
  }
}
