package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.ClientMessageHandler;
import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Connection;
import io.bookbell.hub.Delivery;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.HubStatistics;
import io.bookbell.hub.LongPoll;
import io.bookbell.hub.MessageHistory;
import io.bookbell.hub.Position;
import io.bookbell.hub.TransportKind;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All connections of this node, and delivery to them; {@link WebSocketManager} is its API. Any
 * thread may call any method: the {@link ConnectionRegistry} is concurrent, and each connection's
 * state is confined to its event loop.
 */
public final class LocalConnections {
  private final HubContext hub;
  private final ConnectionRegistry connectionRegistry;
  private final LatestStates states = new LatestStates();
  private final ConcurrentHashMap<EventLoop, EventLoopWorker> workers = new ConcurrentHashMap<>();
  private final AtomicLong lastId = new AtomicLong();
  private volatile boolean closed;
  private volatile @Nullable LongConsumer latencyListener;

  /**
   * @param messageHistory each user's durable history
   * @param messageHandler handles what clients send
   * @param presenceListener notified of each user's first connection and of the end of the last
   * @param ticker monotonic nanoseconds from an arbitrary origin
   * @param clock the time of day
   */
  public LocalConnections(
      HubOptions options,
      MessageHistory messageHistory,
      ClientMessageHandler messageHandler,
      PresenceListener presenceListener,
      LongSupplier ticker,
      InstantSource clock) {
    this.connectionRegistry = new ConnectionRegistry(presenceListener);
    this.hub =
        new HubContext(options, messageHistory, messageHandler, connectionRegistry, ticker, clock);
  }

  /** Reserves a connection slot unless the user has reached the limit. */
  public boolean tryReserve(UserId user) {
    return connectionRegistry.tryReserve(user, hub.options().connectionsPerUser());
  }

  /** Releases a reserved slot. */
  public void releaseReservation(UserId user) {
    connectionRegistry.releaseReservation(user);
  }

  /** Creates a connection's transport on its event loop. */
  private interface TransportFactory {
    Transport create(EventLoopWorker eventLoopWorker);
  }

  /** Creates a connection that is neither registered nor attached yet. */
  public NewConnection webSocket(Channel channel, UserId user, Map<String, String> metadata) {
    return newConnection(
        channel.eventLoop(), worker -> new WebSocketTransport(channel, worker), user, metadata);
  }

  /** Like {@link #webSocket}. */
  public NewConnection eventStream(
      Channel channel, byte[] responseHead, UserId user, Map<String, String> metadata) {
    return newConnection(
        channel.eventLoop(),
        worker -> new EventStreamTransport(channel, worker, responseHead),
        user,
        metadata);
  }

  /** Like {@link #webSocket}. */
  public NewConnection longPoll(LongPoll poll, UserId user, Map<String, String> metadata) {
    return newConnection(poll.loop(), _ -> new LongPollTransport(poll, hub), user, metadata);
  }

  private NewConnection newConnection(
      EventLoop eventLoop,
      TransportFactory transportFactory,
      UserId user,
      Map<String, String> metadata) {
    EventLoopWorker worker =
        workers.computeIfAbsent(eventLoop, loop -> new EventLoopWorker(hub, loop));
    return new NewConnection(
        new LocalConnection(
            worker, transportFactory.create(worker), lastId.incrementAndGet(), user, metadata));
  }

  /** A connection that takes one of two ways. */
  public final class NewConnection {
    private final LocalConnection connection;

    private NewConnection(LocalConnection connection) {
      this.connection = connection;
    }

    /** Registers it in a reserved slot, and opens the user's history. */
    public Connection start(Optional<Position> since) {
      connectionRegistry.add(connection);
      connection.startDelivery(since);
      if (closed) {
        connection.close(CloseReason.GOING_AWAY);
      }
      return connection;
    }

    /** Only tells the client this reason. */
    public Connection reject(CloseReason reason) {
      connection.rejectConnection(reason);
      return connection;
    }
  }

  /** Delivers the messages of one change in order, except states that have been superseded. */
  public void deliver(List<Delivery> change) {
    LocalBroadcast.broadcastAll(states.filterLatest(change), connectionRegistry, null);
  }

  /** Like {@link #deliver}, for a change committed by this node, which is measured. */
  public void deliverMeasured(List<Delivery> change) {
    LongConsumer listener = latencyListener;
    var timer = listener == null ? null : new BroadcastTimer(hub.ticker(), listener);
    LocalBroadcast.broadcastAll(states.filterLatest(change), connectionRegistry, timer);
  }

  /** Called with the nanoseconds of each measured change that reached a connection. */
  public void setLatencyListener(LongConsumer listener) {
    latencyListener = listener;
  }

  /** Announces how far these users' histories reach. */
  public void announce(Map<UserId, Long> newest) {
    LocalBroadcast.announceSequences(newest, connectionRegistry);
  }

  /** Forgets all state versions and closes every connection with 1001. */
  public void resetForNewEpoch() {
    states.clear();
    connectionRegistry.forEach(connection -> connection.close(CloseReason.GOING_AWAY));
  }

  /** The users with a connection. A snapshot. */
  public Set<UserId> connectedUsers() {
    return connectionRegistry.connectedUsers();
  }

  /** The connections of a user. A snapshot. */
  public List<Connection> connectionsOf(UserId user) {
    return List.of(connectionRegistry.connectionsOf(user));
  }

  /** The connection for which a channel was taken over, while it is open. */
  public static Optional<Connection> connectionOf(Channel channel) {
    return Optional.ofNullable(channel.pipeline().get(ConnectionHandler.class))
        .map(ConnectionHandler::connection);
  }

  /** Counters and current totals. Visits every connection. */
  public HubStatistics statistics() {
    long[] pending = new long[1];
    var open = new EnumMap<TransportKind, Long>(TransportKind.class);
    connectionRegistry.forEach(
        connection -> {
          Transport transport = connection.connectionState().transport();
          open.merge(transport.kind(), 1L, Long::sum);
          pending[0] += transport.pendingBytes();
        });
    return hub.counters().snapshot(open, connectionRegistry.connectedUsers().size(), pending[0]);
  }

  /**
   * Closes every connection with 1001 and accepts no more. Waits until they have closed, at most
   * {@link HubOptions.KeepAlive#closeTimeout}, and then closes the rest by force; on an event loop
   * it doesn't wait.
   */
  public void close() {
    closed = true;
    List<LocalConnection> open = new ArrayList<>();
    connectionRegistry.forEach(open::add);
    open.forEach(connection -> connection.close(CloseReason.GOING_AWAY));
    if (workers.keySet().stream().noneMatch(EventLoop::inEventLoop)) {
      awaitClosed(open);
    }
    workers.values().forEach(EventLoopWorker::shutDown);
  }

  private void awaitClosed(List<LocalConnection> connections) {
    long until = System.nanoTime() + hub.options().keepAlive().closeTimeout().toNanos();
    try {
      for (LocalConnection connection : connections) {
        Transport transport = connection.connectionState().transport();
        Future<?> gone = transport.closeFuture();
        if (!gone.await(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS)) {
          connection.runOnLoop(transport::forceClose);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The number of registry entries, including users with reservations only. */
  public int registrySize() {
    return connectionRegistry.size();
  }

  /** Sweeps all connections now instead of at the next tick of the timer. */
  public void sweep() {
    workers
        .values()
        .forEach(eventLoopWorker -> eventLoopWorker.eventLoop().execute(eventLoopWorker::sweep));
  }
}
