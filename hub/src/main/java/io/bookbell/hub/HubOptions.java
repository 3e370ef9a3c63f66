package io.bookbell.hub;

import java.time.Duration;

/**
 * The limits of a hub. Immutable.
 *
 * @param connectionsPerUser how many sockets one user may have open at once
 * @param queue what may wait for a connection
 * @param client what a client may send
 * @param keepAlive when a connection counts as dead
 * @param reconnectSpread clients told to go away come back at a random moment within this time
 * @param ring whether what goes to many connections may leave together through Linux's io_uring,
 *     where there is one; it does where that is to be had
 */
public record HubOptions(
    int connectionsPerUser,
    Queue queue,
    Client client,
    KeepAlive keepAlive,
    Duration reconnectSpread,
    boolean ring) {

  /** What the protocol promises. */
  public static HubOptions defaults() {
    return new HubOptions(
        20,
        new Queue(1 << 20, 4096, 64, Duration.ofSeconds(30)),
        new Client(1 << 16, 200, 20, 1 << 20, 64),
        new KeepAlive(Duration.ofSeconds(25), Duration.ofSeconds(60), Duration.ofSeconds(5)),
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
   * @param maxBytes a live connection with more bytes than this waiting is closed with 4408
   * @param maxMessages likewise with more messages
   * @param pageSize how many messages are read from the history at a time
   * @param stall a connection that catches up is too slow when nothing was written for this time
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
   * @param maxFrameBytes the largest message, all its fragments together
   * @param burst how many messages may come at once
   * @param perSecond how many may come per second in the long run
   * @param bytesPerSecond how many bytes may come per second; as many may come at once
   * @param maxDeferred how many answers may wait while the connection catches up
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
   * @param ping how often the hub pings
   * @param silence a connection from which nothing came for this time is dropped
   * @param goodbye how long a client has to answer a close before it is cut off
   */
  public record KeepAlive(Duration ping, Duration silence, Duration goodbye) {
    public KeepAlive {
      requirePositive("ping", ping);
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
      throw new IllegalArgumentException(name + " must be longer than nothing, got " + value);
    }
  }
}
