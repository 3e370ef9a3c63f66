package io.bookbell.server.http;

/**
 * A number of calls per minute, counted for each user or key and shared by all routes that name it.
 */
public enum RateLimit {
  READ(1_200),
  WRITE(300),
  /** New book requests. */
  NEW_REQUEST(120),
  REPLY(30),
  FOLLOW(60),
  /** Searches in the book catalogue. */
  SEARCH(90),
  /** Book covers, of which a page shows many. */
  COVER(1_200),
  /** CSV exports. */
  EXPORT(20),
  /** Uploads of pictures. */
  UPLOAD(20),
  /**
   * Changes of the own account, and new keys. Each checks or hashes a password, tries an address,
   * or makes a secret.
   */
  ACCOUNT(30),
  /** Tickets for WebSockets. */
  TICKET(120),
  /** WebSocket handshakes and event streams. */
  CONNECT(300),
  /** Long polls. */
  POLL(1_200),
  /** Messages of other applications. */
  PUBLISH(6_000),
  /** Acknowledgements that don't come over a WebSocket. */
  ACKNOWLEDGE(600),
  /** Mails for people who have forgotten their passwords, counted for each client address. */
  FORGOT(10),
  /** Invalid keys, counted for each client address; for IPv6, each /64. */
  WRONG_KEY(60),
  /** Calls without a session, counted for each client address; for IPv6, each /64. */
  OPEN(600);

  private final int perMinute;

  RateLimit(int perMinute) {
    this.perMinute = perMinute;
  }

  public int perMinute() {
    return perMinute;
  }
}
