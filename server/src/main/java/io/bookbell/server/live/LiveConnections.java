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
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.CreatorUpdates;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connected users, and the way of what was committed to them. Thread-safe. */
public final class LiveConnections implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LiveConnections.class);

  private final WebSocketManager manager;
  private final AcknowledgementWriter acknowledgementWriter;
  private final TypingPresence typingPresence;
  private final Optional<ConnectionLeases> places;
  private final Optional<InboxPoller> poll;

  /**
   * What a connection is shown of the stored data.
   *
   * @param inbox each user's history
   */
  public record LiveSources(
      InboxStore inbox,
      CreatorStore creators,
      CreatorRoles roles,
      QuotaService quotas,
      BookRequestService requests,
      RequestListService lists,
      NotificationService notifications,
      ReceiptService receipts) {}

  /**
   * Begins to take connections.
   *
   * @param backplane stays open when this closes
   * @param newLife told the new epoch when the database was restored or replaced under this node:
   *     what is known of it is known no longer
   */
  public LiveConnections(
      HubOptions options,
      Database database,
      LiveSources liveSources,
      Backplane backplane,
      InstantSource clock,
      Consumer<String> newLife) {
    var snapshotReader =
        new SnapshotReader(
            liveSources.creators,
            liveSources.roles,
            liveSources.quotas,
            liveSources.requests,
            liveSources.notifications);
    var epochStore = new EpochStore();
    var feed = new InboxHistory(database, liveSources.inbox, epochStore, snapshotReader);
    acknowledgementWriter = new AcknowledgementWriter(database, liveSources.receipts);
    typingPresence =
        new TypingPresence(database, liveSources.lists, this::broadcast, TypingPresence.LIFETIME);
    var frames = new LiveMessageHandler(acknowledgementWriter, typingPresence);
    manager = new WebSocketManager(options, feed, frames, backplane, clock);
    boolean shared = database.isShared();
    var livePollListener = new LivePollListener(database, liveSources, newLife);
    places =
        optionalPart(shared, () -> new ConnectionLeases(database, options.connectionsPerUser()));
    poll = optionalPart(shared, () -> new InboxPoller(database, epochStore, livePollListener));
    acknowledgementWriter.startWriting();
    places.ifPresent(ConnectionLeases::start);
    poll.ifPresent(InboxPoller::start);
  }

  private static <T> Optional<T> optionalPart(boolean wanted, Supplier<T> part) {
    return wanted ? Optional.of(part.get()) : Optional.empty();
  }

  public WebSocketManager webSocketManager() {
    return manager;
  }

  /** A place for one more socket of the user; empty if there are as many as allowed. */
  CompletionStage<Optional<ConnectionSlot>> reserveSlot(UserId user) {
    Optional<Reservation> here = manager.tryReserve(user);
    if (here.isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    if (places.isEmpty()) {
      return CompletableFuture.completedStage(
          here.map(place -> new ConnectionSlot(place, () -> {})));
    }
    return places
        .get()
        .acquireLease(user)
        .whenComplete(
            (everywhere, failure) -> {
              if (failure != null || everywhere.isEmpty()) {
                here.get().close();
              }
            })
        .thenApply(
            everywhere ->
                everywhere.map(connectionLease -> new ConnectionSlot(here.get(), connectionLease)));
  }

  /**
   * A place for one socket.
   *
   * @param here among the sockets of this node
   * @param everywhere among those of all nodes; to be closed when the socket is
   */
  record ConnectionSlot(Reservation here, ConnectionLeases.ConnectionLease everywhere) {
    void releaseSlot() {
      here.close();
      everywhere.close();
    }
  }

  /** A connection is closed. */
  void connectionClosed(Connection connection) {
    typingPresence.stopTyping(connection);
  }

  /** The messages of one committed change, in their order. */
  public void broadcastChange(List<Delivery> change) {
    manager.broadcast(change);
  }

  /** A message that is in nobody's history. */
  public void broadcast(Message message, Set<UserId> users) {
    manager.broadcast(message, users);
  }

  /** The hashes of the sessions with which the sockets of this node were opened. */
  public Set<String> openSessions() {
    return manager.connectedUsers().stream()
        .flatMap(user -> manager.connectionsOf(user).stream())
        .map(connection -> connection.metadata().get(WebSocketRoutes.SESSION))
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  /** Closes the sockets that were opened with a session. */
  public void sessionEnded(UserId user, String session) {
    manager.disconnect(
        user,
        connection -> session.equals(connection.metadata().get(WebSocketRoutes.SESSION)),
        CloseReason.SESSION_ENDED);
  }

  @Override
  public void close() {
    poll.ifPresent(InboxPoller::close);
    manager.close();
    acknowledgementWriter.close();
    places.ifPresent(ConnectionLeases::close);
  }

  /** What other nodes have committed, to the connections of this one. */
  private final class LivePollListener implements InboxPoller.PollListener {
    private final Database database;
    private final LiveSources liveSources;
    private final Consumer<String> newLife;

    LivePollListener(Database database, LiveSources liveSources, Consumer<String> newLife) {
      this.database = database;
      this.liveSources = liveSources;
      this.newLife = newLife;
    }

    @Override
    public void epochChanged(String epoch) {
      newLife.accept(epoch);
      acknowledgementWriter.discardPending();
      manager.resetForNewEpoch();
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
      var _ =
          database
              .read(tx -> creatorDelivery(tx, creator))
              .whenComplete(
                  (shown, failure) -> {
                    if (failure == null) {
                      manager.deliverLocally(List.of(shown));
                    } else {
                      log.warn("The profile of creator {} could not be read", creator, failure);
                    }
                  });
    }

    private Delivery creatorDelivery(Transaction tx, UserId id) {
      CreatorRow creator = liveSources.creators.get(tx, id);
      return Delivery.unnumbered(
          CreatorUpdates.toMessage(creator.creator()), liveSources.roles.audienceOf(tx, creator));
    }
  }
}
