package io.bookbell.server.live;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Connection;
import io.bookbell.hub.Delivery;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.Message;
import io.bookbell.hub.Reservation;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import io.bookbell.server.account.SessionStore;
import io.bookbell.server.cluster.ClusterSlots;
import io.bookbell.server.cluster.EndedSessionPoller;
import io.bookbell.server.cluster.InboxPoller;
import io.bookbell.server.cluster.InboxPoller.PolledStores;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.CreatorUpdates;
import io.bookbell.server.creator.StateVersions;
import io.bookbell.server.creator.StateVersions.StateVersion;
import io.bookbell.server.creator.TeamListUpdates;
import io.bookbell.server.follow.FollowService;
import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.notification.NotificationService;
import io.bookbell.server.quota.QuotaService;
import io.bookbell.server.receipt.ReceiptService;
import io.bookbell.server.request.BookRequestService;
import io.bookbell.server.request.RequestListService;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The users connected to this node, and the delivery of committed changes to them. Thread-safe. */
public final class LiveConnections implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveConnections.class);

  /**
   * The hub's channel, in the log and in messages between nodes, so all nodes must use the same
   * one. The name is the replaced system's.
   */
  private static final String CHANNEL = "book_requests";

  private final WebSocketManager manager;
  private final AcknowledgementWriter acknowledgementWriter;
  private final TypingPresence typingPresence;
  private final Function<UserId, CompletableFuture<ConnectionProfile>> profiles;
  private final ConnectionExpiry expiry;
  private final Optional<ClusterSlots> clusterSlots;
  private final Optional<InboxPoller> poll;
  private final Consumer<String> forgetCaller;
  private final Optional<EndedSessionPoller> endedSessionPoller;

  /**
   * The services from which connections are served.
   *
   * @param inbox each user's history
   */
  public record LiveSources(
      InboxStore inbox,
      SessionStore sessions,
      CreatorStore creators,
      CreatorRoles roles,
      QuotaService quotas,
      BookRequestService requests,
      RequestListService lists,
      NotificationService notifications,
      ReceiptService receipts,
      TeamListUpdates teamLists,
      FollowService following) {}

  /**
   * Starts to accept connections.
   *
   * @param expiry closes connections whose key or token expires
   * @param backplane not closed by {@link #close}
   * @param forgetCaller called with the hash of a session or key that has ended
   * @param onEpochChanged called with the new epoch when the database was restored or replaced
   *     while this node was running, so that caches must be cleared
   */
  public LiveConnections(
      HubOptions options,
      Database database,
      LiveSources liveSources,
      ConnectionExpiry expiry,
      Backplane backplane,
      InstantSource clock,
      Consumer<String> forgetCaller,
      Consumer<String> onEpochChanged) {
    this.forgetCaller = forgetCaller;
    this.expiry = expiry;
    var snapshotReader =
        new SnapshotReader(
            liveSources.creators,
            liveSources.roles,
            liveSources.quotas,
            liveSources.requests,
            liveSources.notifications);
    var epochStore = new EpochStore();
    var inboxHistory = new InboxHistory(database, liveSources.inbox, epochStore, snapshotReader);
    acknowledgementWriter = new AcknowledgementWriter(database, liveSources.receipts);
    typingPresence =
        new TypingPresence(database, liveSources.lists, this::broadcast, TypingPresence.LIFETIME);
    var messageHandler = new LiveMessageHandler(acknowledgementWriter, typingPresence, expiry);
    manager =
        new WebSocketManager(CHANNEL, options, inboxHistory, messageHandler, backplane, clock);
    profiles =
        user ->
            database.read(
                tx -> ConnectionProfile.read(tx, user, liveSources.roles, liveSources.quotas));
    boolean shared = database.isShared();
    var livePollListener = new LivePollListener(database, liveSources, onEpochChanged);
    clusterSlots =
        optionalPart(shared, () -> new ClusterSlots(database, options.connectionsPerUser()));
    var polledStores =
        new PolledStores(
            epochStore,
            liveSources.inbox,
            liveSources.sessions,
            liveSources.creators,
            new StateVersions());
    endedSessionPoller =
        optionalPart(
            !shared,
            () -> new EndedSessionPoller(database, liveSources.sessions, this::sessionEnded));
    poll = optionalPart(shared, () -> new InboxPoller(database, polledStores, livePollListener));
    acknowledgementWriter.startWriting();
    clusterSlots.ifPresent(ClusterSlots::start);
    poll.ifPresent(InboxPoller::start);
    endedSessionPoller.ifPresent(EndedSessionPoller::start);
  }

  private static <T> Optional<T> optionalPart(boolean wanted, Supplier<T> part) {
    return wanted ? Optional.of(part.get()) : Optional.empty();
  }

  public WebSocketManager webSocketManager() {
    return manager;
  }

  ConnectionExpiry expiry() {
    return expiry;
  }

  /** Reserves a connection slot for the user; empty if the user already has the maximum. */
  CompletionStage<Optional<ConnectionSlot>> reserveSlot(UserId user) {
    Optional<Reservation> nodeReservation = manager.tryReserve(user);
    if (nodeReservation.isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    if (clusterSlots.isEmpty()) {
      return CompletableFuture.completedStage(
          nodeReservation.map(place -> new ConnectionSlot(place, () -> {}, Map.of())));
    }
    return clusterSlots
        .get()
        .acquireSlot(user)
        .whenComplete(
            (clusterSlot, failure) -> {
              if (failure != null || clusterSlot.isEmpty()) {
                nodeReservation.get().close();
              }
            })
        .thenApply(
            clusterSlot ->
                clusterSlot.map(
                    taken -> new ConnectionSlot(nodeReservation.get(), taken, Map.of())));
  }

  /** Adds the user's profile to a slot; if it can't be read, the slot is released. */
  CompletionStage<ConnectionSlot> addProfile(UserId user, ConnectionSlot slot) {
    return profiles
        .apply(user)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                slot.releaseSlot();
              }
            })
        .thenApply(
            profile ->
                new ConnectionSlot(slot.nodeReservation, slot.clusterSlot, profile.toMetadata()));
  }

  /**
   * A reserved connection slot.
   *
   * @param nodeReservation counts it among this node's connections
   * @param clusterSlot counts it among those of all nodes; must be closed with the connection
   * @param profile the metadata that tell whose connection it will be; empty for a poll
   */
  record ConnectionSlot(
      Reservation nodeReservation,
      ClusterSlots.ClusterSlot clusterSlot,
      Map<String, String> profile) {
    void releaseSlot() {
      nodeReservation.close();
      clusterSlot.close();
    }
  }

  /** Called when a connection has been closed. */
  void connectionClosed(Connection connection) {
    typingPresence.stopTyping(connection);
  }

  /** Delivers the messages of one committed change, in their order. */
  public void broadcastChange(List<Delivery> change) {
    manager.broadcast(change);
  }

  /** Delivers a message that isn't stored in any inbox. */
  public void broadcast(Message message, Set<UserId> users) {
    manager.broadcast(message, users);
  }

  /**
   * How many WebSockets and event streams of this node belong to users of a role. Visits every
   * connection.
   */
  public long countConnections(ConnectionRole role) {
    return manager.connectedUsers().stream()
        .flatMap(user -> manager.connectionsOf(user).stream())
        .map(connection -> connection.metadata().get(ConnectionProfile.ROLE))
        .filter(role.wireName()::equals)
        .count();
  }

  /** Counts the open connections of each user on all nodes, of {@code most} users at most. */
  public Map<UserId, Integer> countConnections(Transaction tx, int most) {
    if (clusterSlots.isPresent()) {
      return ClusterSlots.countByUser(tx, most);
    }
    return manager.connectedUsers().stream()
        .sorted()
        .limit(most)
        .collect(Collectors.toMap(user -> user, user -> manager.connectionsOf(user).size()));
  }

  /** The hashes of the sessions and keys that opened this node's connections, and their users. */
  public Map<String, UserId> openSessions() {
    var open = new HashMap<String, UserId>();
    for (UserId user : manager.connectedUsers()) {
      manager.connectionsOf(user).stream()
          .map(connection -> connection.metadata().get(ConnectionAdmission.SESSION))
          .filter(Objects::nonNull)
          .forEach(session -> open.put(session, user));
    }
    return open;
  }

  /** Closes the connections that were opened with a session, and accepts no call of it any more. */
  public void sessionEnded(UserId user, String session) {
    forgetCaller.accept(session);
    manager.disconnect(
        user,
        connection -> session.equals(connection.metadata().get(ConnectionAdmission.SESSION)),
        CloseReason.SESSION_ENDED);
  }

  @Override
  public void close() {
    poll.ifPresent(InboxPoller::close);
    endedSessionPoller.ifPresent(EndedSessionPoller::close);
    manager.close();
    acknowledgementWriter.close();
    clusterSlots.ifPresent(ClusterSlots::close);
  }

  /** Passes what other nodes have committed to this node's connections. */
  private final class LivePollListener implements InboxPoller.PollListener {
    private final Database database;
    private final LiveSources liveSources;
    private final Consumer<String> onEpochChanged;

    LivePollListener(Database database, LiveSources liveSources, Consumer<String> onEpochChanged) {
      this.database = database;
      this.liveSources = liveSources;
      this.onEpochChanged = onEpochChanged;
    }

    @Override
    public void epochChanged(String epoch) {
      onEpochChanged.accept(epoch);
      manager.resetForNewEpoch();
      acknowledgementWriter.discardPending(); // none of the former connections adds any more
    }

    @Override
    public void messagesFound(Map<UserId, Long> newest) {
      manager.announce(newest);
    }

    @Override
    public void sessionEnded(UserId user, String session) {
      LiveConnections.this.sessionEnded(user, session);
    }

    @Override
    public void creatorChanged(UserId creator) {
      deliverState("profile", creator, tx -> profileDelivery(tx, creator));
    }

    @Override
    public void stateChanged(StateVersion changed) {
      deliverState(
          changed.kind(),
          changed.creatorId(),
          tx ->
              changed.concernsRequest()
                  ? liveSources.following.toDelivery(tx, changed)
                  : liveSources.teamLists.toDelivery(tx, changed));
    }

    private void deliverState(
        String kind, UserId creator, Function<Transaction, Delivery> readState) {
      var _ =
          database
              .read(readState)
              .whenComplete(
                  (state, failure) -> {
                    if (failure == null) {
                      manager.deliverLocally(List.of(state));
                    } else if (!isNoCreatorAnyMore(failure)) {
                      log.warn("The {} of creator {} could not be read", kind, creator, failure);
                    }
                  });
    }

    private static boolean isNoCreatorAnyMore(Throwable failure) {
      return CompletionFailures.unwrapCause(failure) instanceof Problem problem
          && problem.status() == 404;
    }

    private Delivery profileDelivery(Transaction tx, UserId id) {
      CreatorRow creator = liveSources.creators.get(tx, id);
      return Delivery.unnumbered(
          CreatorUpdates.toMessage(creator.creator()), liveSources.roles.audienceOf(tx, creator));
    }
  }
}
