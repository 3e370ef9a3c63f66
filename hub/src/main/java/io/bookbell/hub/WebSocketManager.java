package io.bookbell.hub;

import io.bookbell.hub.internal.delivery.LocalConnections;
import io.netty.channel.Channel;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The hub: all connections of this node to one channel, and the API to send messages to users. Any
 * thread may call any method.
 *
 * <p>Managers of different channels have nothing to do with each other, even in one process, on one
 * {@link Backplane} and on one Redis.
 */
public final class WebSocketManager implements AutoCloseable {
  private static final CloseReason TOO_MANY_CONNECTIONS =
      new CloseReason(CloseReason.POLICY.code(), "too many connections");

  private static final Pattern CHANNEL = Pattern.compile("[a-z0-9_.-]{1,64}");

  private final String channel;
  private final LocalConnections localConnections;
  private final Backplane backplane;
  private final Backplane.Subscription subscription;

  /**
   * Creates the manager of a channel.
   *
   * @param channel its name, of 1 to 64 of the characters {@code a-z 0-9 _ . -}
   * @param messageHistory each user's durable history
   * @param messageHandler handles what clients send
   * @param backplane connects to other nodes; stays open when this manager closes
   * @param clock the time of day, for {@link Connection#connectedAt}
   * @throws IllegalArgumentException if the channel's name is invalid
   */
  public WebSocketManager(
      String channel,
      HubOptions options,
      MessageHistory messageHistory,
      ClientMessageHandler messageHandler,
      Backplane backplane,
      InstantSource clock) {
    this(channel, options, messageHistory, messageHandler, backplane, clock, System::nanoTime);
  }

  WebSocketManager(
      String channel,
      HubOptions options,
      MessageHistory messageHistory,
      ClientMessageHandler messageHandler,
      Backplane backplane,
      InstantSource clock,
      LongSupplier ticker) {
    if (!CHANNEL.matcher(channel).matches()) {
      throw new IllegalArgumentException(
          "channel must have 1 to 64 of the characters a-z 0-9 _ . -, got '" + channel + "'");
    }
    this.channel = channel;
    this.localConnections =
        new LocalConnections(
            options,
            messageHistory,
            messageHandler,
            (user, connected) -> backplane.presence(channel, user, connected),
            ticker,
            clock);
    this.backplane = backplane;
    this.subscription = backplane.subscribe(channel, this::deliverLocally);
  }

  /** The name of the channel. */
  public String channel() {
    return channel;
  }

  /**
   * Reserves a connection slot for this user, before the handshake is answered. The caller must
   * either {@link #connect} with it or close it.
   *
   * @return empty if the user has reached the limit
   */
  public Optional<Reservation> tryReserve(UserId user) {
    return localConnections.tryReserve(user)
        ? Optional.of(new Reservation(user, () -> localConnections.releaseReservation(user)))
        : Optional.empty();
  }

  /**
   * Takes over a channel right after the handshake was answered: removes every handler except TLS
   * from its pipeline, registers the connection and opens the user's history. Call it on the
   * channel's event loop in the same task that answered the handshake, so that nothing is read in
   * between; on another thread only if the channel isn't reading. Frames that have already arrived
   * may be handled before this returns.
   *
   * @param reservation is consumed; if it is already settled, the channel closes with 1008
   * @param metadata kept with the connection
   * @param since the client's position, if it has one
   */
  public Connection connect(
      Channel channel,
      Reservation reservation,
      Map<String, String> metadata,
      Optional<Position> since) {
    return start(
        localConnections.webSocket(channel, reservation.user(), metadata), reservation, since);
  }

  /**
   * Takes over a channel like {@link #connect}, to send server-sent events. Call it on the
   * channel's event loop instead of answering the request; the channel closes with the stream.
   *
   * @param responseHead the head of the HTTP response, which is sent first
   */
  public Connection connectStream(
      Channel channel,
      byte[] responseHead,
      Reservation reservation,
      Map<String, String> metadata,
      Optional<Position> since) {
    return start(
        localConnections.eventStream(channel, responseHead, reservation.user(), metadata),
        reservation,
        since);
  }

  /**
   * Starts a poll, which is a connection until it is answered. If its client goes away before that,
   * close it.
   */
  public Connection connectPoll(
      LongPoll poll,
      Reservation reservation,
      Map<String, String> metadata,
      Optional<Position> since) {
    return start(localConnections.longPoll(poll, reservation.user(), metadata), reservation, since);
  }

  private static Connection start(
      LocalConnections.NewConnection connection,
      Reservation reservation,
      Optional<Position> since) {
    return reservation.tryConsume()
        ? connection.start(since)
        : connection.reject(TOO_MANY_CONNECTIONS);
  }

  /**
   * Connects with a new reservation; if the user has reached the limit, the channel closes with
   * 1008.
   */
  public Connection connect(
      Channel channel, UserId user, Map<String, String> metadata, Optional<Position> since) {
    Reservation reservation = tryReserve(user).orElseGet(() -> Reservation.createSettled(user));
    return connect(channel, reservation, metadata, since);
  }

  /** Closes a connection, like {@link Connection#close}. */
  public void disconnect(Connection connection, CloseReason reason) {
    connection.close(reason);
  }

  /**
   * Closes those connections of a user on this node that match.
   *
   * @return how many
   */
  public int disconnect(UserId user, Predicate<Connection> which, CloseReason reason) {
    List<Connection> chosen = connectionsOf(user).stream().filter(which).toList();
    chosen.forEach(connection -> connection.close(reason));
    return chosen.size();
  }

  /**
   * Forgets all state versions and closes every connection of this node with 1001, because the
   * histories have been replaced, for example by restoring a backup.
   */
  public void resetForNewEpoch() {
    localConnections.resetForNewEpoch();
  }

  /**
   * Sends a message without a sequence number to all connections of these users, on every node.
   *
   * @param message of a {@linkplain Message#state state}, each version is sent once, so that its
   *     whole audience must be named here
   */
  public void broadcast(Message message, Set<UserId> targets) {
    broadcast(List.of(Delivery.unnumbered(message, targets)));
  }

  /**
   * Sends the messages of one committed change, in order, to the connections of this node, and
   * publishes it to the other nodes. Numbered messages must already be readable in the {@link
   * MessageHistory}. Each version of a {@linkplain Message#state state} is sent once, to the
   * audience of the first delivery that has it.
   *
   * <p>On an event loop, the messages are delivered in a later task: what is sent or closed there
   * afterwards with the methods of {@link Connection} comes first.
   */
  public void broadcast(List<Delivery> change) {
    localConnections.deliverMeasured(change);
    backplane.publish(channel, change);
  }

  /**
   * Measures every broadcast of this node from now on.
   *
   * @param listener called on an event loop with the nanoseconds from the call of {@link
   *     #broadcast(List)} until the last connection of this node had the message: until its bytes
   *     were handed to the operating system. Not called if nobody in the audience is connected.
   *     Must neither block nor throw
   */
  public void onBroadcast(LongConsumer listener) {
    localConnections.setLatencyListener(listener);
  }

  /**
   * Sends a message without a sequence number to all connections of one user, on every node. A
   * version of a {@linkplain Message#state state} that somebody was sent already isn't sent: use
   * {@link #broadcast(Message, Set)} if it is for several users.
   */
  public void sendToUser(UserId user, Message message) {
    broadcast(message, Set.of(user));
  }

  /**
   * Sends to the connections of this node only, for changes published by another node or found in
   * the database. A state is sent only if its version is newer than all earlier ones.
   */
  public void deliverLocally(List<Delivery> change) {
    localConnections.deliver(change);
  }

  /**
   * Announces to the connections of this node how far their users' histories reach, for numbers
   * found without their messages. A connection that is behind replays; the others are unaffected.
   *
   * <p>With more than one node, call it about once a second with what the database says: it finds
   * what the {@link Backplane} has lost, and nothing else does.
   *
   * @param newest each user's highest number; users without a connection here are ignored
   */
  public void announce(Map<UserId, Long> newest) {
    localConnections.announce(newest);
  }

  /** The users with a connection on this node. A snapshot. */
  public Set<UserId> connectedUsers() {
    return localConnections.connectedUsers();
  }

  /** The connections of a user on this node. A snapshot. */
  public List<Connection> connectionsOf(UserId user) {
    return localConnections.connectionsOf(user);
  }

  /** The connection for which a channel was taken over, while it is open. */
  public Optional<Connection> connectionOf(Channel channel) {
    return LocalConnections.connectionOf(channel);
  }

  /** The user of a channel, while it is open. */
  public Optional<UserId> userOf(Channel channel) {
    return connectionOf(channel).map(Connection::user);
  }

  /** Counters and current totals. Visits every connection. */
  public HubStatistics statistics() {
    return localConnections.statistics();
  }

  /**
   * Closes every connection with 1001 and accepts no more. Waits until they have closed, at most
   * {@link HubOptions.KeepAlive#closeTimeout}, and then closes the rest by force; on an event loop
   * it doesn't wait. The backplane stays open: its owner closes it. What other nodes publish
   * doesn't reach this manager any more.
   */
  @Override
  public void close() {
    localConnections.close();
    subscription.close();
  }

  /** The number of registry entries, for tests: 0 once no connection or reservation is left. */
  int registrySize() {
    return localConnections.registrySize();
  }

  /** Sweeps all connections now, for tests with their own clock. */
  void sweep() {
    localConnections.sweep();
  }
}
