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
 * @param batchedSends whether to send to many connections with one system call, if there is a
 *     {@link BatchSenderProvider}
 */
public record HubOptions(
    int connectionsPerUser,
    Queue queue,
    Client client,
    KeepAlive keepAlive,
    Duration reconnectSpread,
    boolean batchedSends) {

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
    return new HubOptions(most, queue, client, keepAlive, reconnectSpread, batchedSends);
  }

  public HubOptions withQueue(Queue other) {
    return new HubOptions(
        connectionsPerUser, other, client, keepAlive, reconnectSpread, batchedSends);
  }

  public HubOptions withClient(Client other) {
    return new HubOptions(
        connectionsPerUser, queue, other, keepAlive, reconnectSpread, batchedSends);
  }

  public HubOptions withKeepAlive(KeepAlive other) {
    return new HubOptions(connectionsPerUser, queue, client, other, reconnectSpread, batchedSends);
  }

  public HubOptions withReconnectSpread(Duration other) {
    return new HubOptions(connectionsPerUser, queue, client, keepAlive, other, batchedSends);
  }

  public HubOptions withBatchedSends(boolean other) {
    return new HubOptions(connectionsPerUser, queue, client, keepAlive, reconnectSpread, other);
  }

  /**
   * What may wait for a connection.
   *
   * @param maxBytes a live connection with more waiting bytes is closed with 4408
   * @param maxMessages a live connection with more waiting messages is closed with 4408
   * @param pageSize how many messages are read from the history at a time
   * @param stallTimeout how long a connection that is catching up may make no progress
   */
  public record Queue(int maxBytes, int maxMessages, int pageSize, Duration stallTimeout) {
    public Queue {
      requirePositive("maxBytes", maxBytes);
      requirePositive("maxMessages", maxMessages);
      requirePositive("pageSize", pageSize);
      requirePositive("stallTimeout", stallTimeout);
    }
  }

  /**
   * What a client may send.
   *
   * @param maxFrameBytes the largest message, all fragments together
   * @param messageBurst how many messages may arrive at once
   * @param messagesPerSecond how many messages may arrive per second in the long run
   * @param bytesPerSecond how many bytes may arrive per second; also the largest burst
   * @param maxDeferredReplies how many replies may wait while the connection catches up
   */
  public record Client(
      int maxFrameBytes,
      int messageBurst,
      int messagesPerSecond,
      int bytesPerSecond,
      int maxDeferredReplies) {
    public Client {
      requirePositive("maxFrameBytes", maxFrameBytes);
      requirePositive("messageBurst", messageBurst);
      requirePositive("messagesPerSecond", messagesPerSecond);
      requirePositive("bytesPerSecond", bytesPerSecond);
      requirePositive("maxDeferredReplies", maxDeferredReplies);
    }
  }

  /**
   * When a connection counts as dead.
   *
   * @param pingInterval the interval between pings of a WebSocket
   * @param commentInterval the interval between comments in an event stream
   * @param idleTimeout how long a client may send nothing before its connection is dropped; with an
   *     event stream, how long it may leave bytes unacknowledged
   * @param closeTimeout how long a client may take to answer a close frame
   */
  public record KeepAlive(
      Duration pingInterval,
      Duration commentInterval,
      Duration idleTimeout,
      Duration closeTimeout) {
    /** With comments as often as pings. */
    public KeepAlive(Duration pingInterval, Duration idleTimeout, Duration closeTimeout) {
      this(pingInterval, pingInterval, idleTimeout, closeTimeout);
    }

    public KeepAlive {
      requirePositive("pingInterval", pingInterval);
      requirePositive("commentInterval", commentInterval);
      requirePositive("idleTimeout", idleTimeout);
      requirePositive("closeTimeout", closeTimeout);
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
