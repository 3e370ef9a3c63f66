package io.bookbell.hub;

import java.time.Duration;

/**
 * The limits of a hub. Immutable.
 *
 * @param connectionsPerUser how many connections one user may have open on this node
 * @param queue what may wait for a connection
 * @param client what a client may send
 * @param keepAlive when a connection counts as dead
 * @param reconnectSpread clients told to go away reconnect after a random delay up to this one
 * @param ring whether to send to many connections with one system call, if there is a {@link
 *     BatchSenderProvider}
 */
public record HubOptions(
    int connectionsPerUser,
    Queue queue,
    Client client,
    KeepAlive keepAlive,
    Duration reconnectSpread,
    boolean ring) {

  /** The limits that the protocol promises to clients. */
  public static HubOptions defaults() {
    return new HubOptions(
        20,
        new Queue(1 << 20, 4096, 64, Duration.ofSeconds(30)),
        new Client(1 << 16, 200, 20, 1 << 20, 64),
        new KeepAlive(
            Duration.ofSeconds(25),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(5)),
        Duration.ofSeconds(4),
        true);
  }

  public HubOptions {
    requirePositive("connectionsPerUser", connectionsPerUser);
    requirePositive("reconnectSpread", reconnectSpread);
  }

  public HubOptions withConnectionsPerUser(int most) {
    return new HubOptions(most, queue, client, keepAlive, reconnectSpread, ring);
  }

  public HubOptions withQueue(Queue other) {
    return new HubOptions(connectionsPerUser, other, client, keepAlive, reconnectSpread, ring);
  }

  public HubOptions withClient(Client other) {
    return new HubOptions(connectionsPerUser, queue, other, keepAlive, reconnectSpread, ring);
  }

  public HubOptions withKeepAlive(KeepAlive other) {
    return new HubOptions(connectionsPerUser, queue, client, other, reconnectSpread, ring);
  }

  public HubOptions withReconnectSpread(Duration other) {
    return new HubOptions(connectionsPerUser, queue, client, keepAlive, other, ring);
  }

  public HubOptions withRing(boolean other) {
    return new HubOptions(connectionsPerUser, queue, client, keepAlive, reconnectSpread, other);
  }

  /**
   * What may wait for a connection.
   *
   * @param maxBytes a live connection with more waiting bytes is closed with 4408
   * @param maxMessages a live connection with more waiting messages is closed with 4408
   * @param pageSize how many messages are read from the history at a time
   * @param stall how long a connection that is catching up may make no progress
   */
  public record Queue(int maxBytes, int maxMessages, int pageSize, Duration stall) {
    public Queue {
      requirePositive("maxBytes", maxBytes);
      requirePositive("maxMessages", maxMessages);
      requirePositive("pageSize", pageSize);
      requirePositive("stall", stall);
    }
  }

  /**
   * What a client may send.
   *
   * @param maxFrameBytes the largest message, all fragments together
   * @param burst how many messages may arrive at once
   * @param perSecond how many messages may arrive per second in the long run
   * @param bytesPerSecond how many bytes may arrive per second; also the largest burst
   * @param maxDeferred how many replies may wait while the connection catches up
   */
  public record Client(
      int maxFrameBytes, int burst, int perSecond, int bytesPerSecond, int maxDeferred) {
    public Client {
      requirePositive("maxFrameBytes", maxFrameBytes);
      requirePositive("burst", burst);
      requirePositive("perSecond", perSecond);
      requirePositive("bytesPerSecond", bytesPerSecond);
      requirePositive("maxDeferred", maxDeferred);
    }
  }

  /**
   * When a connection counts as dead.
   *
   * @param ping the interval between pings of a WebSocket
   * @param comment the interval between comments in an event stream
   * @param silence how long a client may send nothing before its connection is dropped; with an
   *     event stream, how long it may leave bytes unacknowledged
   * @param goodbye how long a client may take to answer a close frame
   */
  public record KeepAlive(Duration ping, Duration comment, Duration silence, Duration goodbye) {
    /** With comments as often as pings. */
    public KeepAlive(Duration ping, Duration silence, Duration goodbye) {
      this(ping, ping, silence, goodbye);
    }

    public KeepAlive {
      requirePositive("ping", ping);
      requirePositive("comment", comment);
      requirePositive("silence", silence);
      requirePositive("goodbye", goodbye);
    }
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, got " + value);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive, got " + value);
    }
  }
}
