package io.bookbell.hub;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * All connections of this node: who is connected, and the way of a message to them. Any thread may
 * call any method; who is connected is guarded by the {@link ConnectionRegistry}, the state of a
 * connection belongs to its event loop.
 */
public final class WebSocketManager implements AutoCloseable {
  private static final CloseReason TOO_MANY_CONNECTIONS =
      new CloseReason(CloseReason.POLICY.code(), "too many connections");

  private final Hub hub;
  private final ConnectionRegistry connectionRegistry;
  private final Backplane backplane;
  private final LatestStates states = new LatestStates();
  private final ConcurrentHashMap<EventLoop, EventLoopWorker> lanes = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();
  private volatile boolean closed;

  /**
   * @param messageHistory each user's durable history
   * @param frames what to do with what clients send
   * @param backplane the way to other nodes; stays open when this closes
   * @param clock the time of day, for {@link Connection#connectedAt}
   */
  public WebSocketManager(
      HubOptions options,
      MessageHistory messageHistory,
      ClientMessageHandler frames,
      Backplane backplane,
      InstantSource clock) {
    this(options, messageHistory, frames, backplane, clock, System::nanoTime);
  }

  WebSocketManager(
      HubOptions options,
      MessageHistory messageHistory,
      ClientMessageHandler frames,
      Backplane backplane,
      InstantSource clock,
      LongSupplier ticker) {
    this.connectionRegistry = new ConnectionRegistry(backplane::presence);
    this.hub = new Hub(options, messageHistory, frames, connectionRegistry, ticker, clock);
    this.backplane = backplane;
    backplane.subscribe(this::deliverLocally);
  }

  /**
   * Keeps a place for a connection of this user, to be asked before the handshake is answered.
   * Whoever gets one must either {@link #connect} with it or close it.
   *
   * @return empty if the user has as many connections as allowed
   */
  public Optional<Reservation> tryReserve(UserId user) {
    return connectionRegistry.tryReserve(user, hub.options().connectionsPerUser())
        ? Optional.of(new Reservation(user, () -> connectionRegistry.releaseReservation(user)))
        : Optional.empty();
  }

  /**
   * Takes the channel over, right after the handshake was answered: removes every handler from its
   * pipeline, registers the connection, then opens the user's history. To be called on the
   * channel's event loop in the same turn that answered the handshake, so that nothing is read in
   * between; elsewhere only if the channel does not read. Frames that have come already may be
   * handled before this returns.
   *
   * @param reservation consumed; if it is already settled, the channel closes with 1008
   * @param metadata kept with the connection
   * @param since where the client was, if it says so
   */
  public Connection connect(
      Channel channel,
      Reservation reservation,
      Map<String, String> metadata,
      Optional<Position> since) {
    EventLoopWorker eventLoopWorker =
        lanes.computeIfAbsent(channel.eventLoop(), loop -> new EventLoopWorker(hub, loop));
    WebSocketConnection connection =
        new WebSocketConnection(
            eventLoopWorker, channel, lastId.incrementAndGet(), reservation.user(), metadata);
    if (!reservation.tryConsume()) {
      connection.rejectConnection(TOO_MANY_CONNECTIONS);
      return connection;
    }
    connectionRegistry.add(connection);
    connection.startDelivery(since);
    if (closed) {
      connection.close(CloseReason.GOING_AWAY);
    }
    return connection;
  }

  /** As with a reservation that is made now; the channel closes with 1008 if there is no place. */
  public Connection connect(
      Channel channel, UserId user, Map<String, String> metadata, Optional<Position> since) {
    Reservation reservation = tryReserve(user).orElseGet(() -> Reservation.createSettled(user));
    return connect(channel, reservation, metadata, since);
  }

  /** As {@link Connection#close}. */
  public void disconnect(Connection connection, CloseReason reason) {
    connection.close(reason);
  }

  /**
   * Closes some connections of a user on this node.
   *
   * @return how many
   */
  public int disconnect(UserId user, Predicate<Connection> which, CloseReason reason) {
    List<Connection> chosen = connectionsOf(user).stream().filter(which).toList();
    chosen.forEach(connection -> connection.close(reason));
    return chosen.size();
  }

  /**
   * Forgets what it knows of numbers and versions, and closes every connection of this node with
   * 1001: the histories are others than before, such as those of a restored backup.
   */
  public void resetForNewEpoch() {
    states.clear();
    connectionRegistry.forEach(connection -> connection.close(CloseReason.GOING_AWAY));
  }

  /** Sends a message without a number to all connections of these users, on every node. */
  public void broadcast(Message message, Set<UserId> targets) {
    broadcast(List.of(Delivery.unnumbered(message, targets)));
  }

  /**
   * Sends the messages of one committed change, in their order, to the connections of this node and
   * tells the other nodes. Numbered ones must be readable in the {@link MessageHistory} already.
   */
  public void broadcast(List<Delivery> change) {
    deliverLocally(change);
    backplane.publish(change);
  }

  /** Sends a message without a number to all connections of one user, on every node. */
  public void sendToUser(UserId user, Message message) {
    broadcast(message, Set.of(user));
  }

  /**
   * Sends to the connections of this node only, as if another node had published it: for changes
   * that were found in the history rather than heard of. Of a state only a version newer than every
   * one before goes out.
   */
  public void deliverLocally(List<Delivery> change) {
    LocalBroadcast.broadcastAll(states.filterLatest(change), connectionRegistry);
  }

  /**
   * Tells the connections of this node how far their users' histories reach, for numbers that were
   * found without their messages: whoever is behind reads on, nothing happens to the others.
   *
   * @param newest each user's highest number; users without a connection here are passed over
   */
  public void announce(Map<UserId, Long> newest) {
    LocalBroadcast.announceSequences(newest, connectionRegistry);
  }

  /** The users with a connection on this node. A snapshot. */
  public Set<UserId> connectedUsers() {
    return connectionRegistry.connectedUsers();
  }

  /** The connections of a user on this node. A snapshot. */
  public List<Connection> connectionsOf(UserId user) {
    return List.of(connectionRegistry.connectionsOf(user));
  }

  /** The connection that a channel was taken over for, while it is open. */
  public Optional<Connection> connectionOf(Channel channel) {
    return Optional.ofNullable(channel.pipeline().get(FrameReader.class))
        .map(FrameReader::connection);
  }

  /** Whose channel it is, while it is open. */
  public Optional<UserId> userOf(Channel channel) {
    return connectionOf(channel).map(Connection::user);
  }

  /** What was done and what is held. Asks every connection what waits for it. */
  public HubStatistics statistics() {
    long[] totals = new long[2];
    connectionRegistry.forEach(
        connection -> {
          totals[0]++;
          totals[1] += connection.connectionState().pendingBytes();
        });
    return hub.counters()
        .snapshot(totals[0], connectionRegistry.connectedUsers().size(), totals[1]);
  }

  /**
   * Closes every connection with 1001 and takes no more. Waits until they are gone, at most {@link
   * HubOptions.KeepAlive#goodbye}, then cuts the rest off; called on an event loop it does not
   * wait. The backplane stays open: whoever made it closes it.
   */
  @Override
  public void close() {
    closed = true;
    List<WebSocketConnection> open = new ArrayList<>();
    connectionRegistry.forEach(open::add);
    open.forEach(connection -> connection.close(CloseReason.GOING_AWAY));
    if (lanes.keySet().stream().noneMatch(EventLoop::inEventLoop)) {
      awaitClosed(open);
    }
    lanes.values().forEach(EventLoopWorker::shutDown);
  }

  private void awaitClosed(List<WebSocketConnection> connections) {
    long until = System.nanoTime() + hub.options().keepAlive().goodbye().toNanos();
    try {
      for (WebSocketConnection connection : connections) {
        ChannelFuture gone = connection.connectionState().channel().closeFuture();
        if (!gone.await(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
          connection.runOnLoop(connection.connectionState()::forceClose);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the registry holds, for tests: 0 when nothing is left of any connection. */
  int registrySize() {
    return connectionRegistry.size();
  }

  /** Looks after all connections now, for tests with a clock of their own. */
  void sweep() {
    lanes
        .values()
        .forEach(eventLoopWorker -> eventLoopWorker.eventLoop().execute(eventLoopWorker::sweep));
  }
}
