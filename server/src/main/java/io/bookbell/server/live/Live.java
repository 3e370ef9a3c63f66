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
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorUpdates;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.inbox.Epochs;
import io.bookbell.server.inbox.Inbox;
import io.bookbell.server.notification.Notifications;
import io.bookbell.server.quota.Quotas;
import io.bookbell.server.receipt.Receipts;
import io.bookbell.server.request.BookRequests;
import io.bookbell.server.request.RequestLists;
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
public final class Live implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Live.class);

  private final WebSocketManager manager;
  private final Acknowledgements acknowledgements;
  private final Answering answering;
  private final Optional<Places> places;
  private final Optional<Poll> poll;

  /**
   * What a connection is shown of the stored data.
   *
   * @param inbox each user's history
   */
  public record Sources(
      Inbox inbox,
      Creators creators,
      Roles roles,
      Quotas quotas,
      BookRequests requests,
      RequestLists lists,
      Notifications notifications,
      Receipts receipts) {}

  /**
   * Begins to take connections.
   *
   * @param backplane stays open when this closes
   * @param newLife told the new epoch when the database was restored or replaced under this node:
   *     what is known of it is known no longer
   */
  public Live(
      HubOptions options,
      Database database,
      Sources sources,
      Backplane backplane,
      InstantSource clock,
      Consumer<String> newLife) {
    var snapshots =
        new Snapshots(
            sources.creators,
            sources.roles,
            sources.quotas,
            sources.requests,
            sources.notifications);
    var epochs = new Epochs();
    var feed = new InboxFeed(database, sources.inbox, epochs, snapshots);
    acknowledgements = new Acknowledgements(database, sources.receipts);
    answering = new Answering(database, sources.lists, this::broadcast, Answering.LIFETIME);
    var frames = new ClientMessages(acknowledgements, answering);
    manager = new WebSocketManager(options, feed, frames, backplane, clock);
    boolean shared = database.isShared();
    var found = new Found(database, sources, newLife);
    places = of(shared, () -> new Places(database, options.connectionsPerUser()));
    poll = of(shared, () -> new Poll(database, epochs, found));
    acknowledgements.start();
    places.ifPresent(Places::start);
    poll.ifPresent(Poll::start);
  }

  private static <T> Optional<T> of(boolean wanted, Supplier<T> part) {
    return wanted ? Optional.of(part.get()) : Optional.empty();
  }

  public WebSocketManager manager() {
    return manager;
  }

  /** A place for one more socket of the user; empty if there are as many as allowed. */
  CompletionStage<Optional<Seat>> seat(UserId user) {
    Optional<Reservation> here = manager.tryReserve(user);
    if (here.isEmpty()) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    if (places.isEmpty()) {
      return CompletableFuture.completedStage(here.map(place -> new Seat(place, () -> {})));
    }
    return places
        .get()
        .take(user)
        .whenComplete(
            (everywhere, failure) -> {
              if (failure != null || everywhere.isEmpty()) {
                here.get().close();
              }
            })
        .thenApply(everywhere -> everywhere.map(place -> new Seat(here.get(), place)));
  }

  /**
   * A place for one socket.
   *
   * @param here among the sockets of this node
   * @param everywhere among those of all nodes; to be closed when the socket is
   */
  record Seat(Reservation here, Places.Place everywhere) {
    void giveBack() {
      here.close();
      everywhere.close();
    }
  }

  /** A connection is closed. */
  void gone(Connection connection) {
    answering.ends(connection);
  }

  /** The messages of one committed change, in their order. */
  public void deliver(List<Delivery> change) {
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
        .map(connection -> connection.metadata().get(SocketRoute.SESSION))
        .filter(Objects::nonNull)
        .collect(Collectors.toSet());
  }

  /** Closes the sockets that were opened with a session. */
  public void sessionEnded(UserId user, String session) {
    manager.disconnect(
        user,
        connection -> session.equals(connection.metadata().get(SocketRoute.SESSION)),
        CloseReason.SESSION_ENDED);
  }

  @Override
  public void close() {
    poll.ifPresent(Poll::close);
    manager.close();
    acknowledgements.close();
    places.ifPresent(Places::close);
  }

  /** What other nodes have committed, to the connections of this one. */
  private final class Found implements Poll.Finder {
    private final Database database;
    private final Sources sources;
    private final Consumer<String> newLife;

    Found(Database database, Sources sources, Consumer<String> newLife) {
      this.database = database;
      this.sources = sources;
      this.newLife = newLife;
    }

    @Override
    public void newLife(String epoch) {
      newLife.accept(epoch);
      acknowledgements.forget();
      manager.beginAnew();
    }

    @Override
    public void messages(Map<UserId, Long> newest) {
      manager.announce(newest);
    }

    @Override
    public void sessionEnded(UserId user, String session) {
      Live.this.sessionEnded(user, session);
    }

    @Override
    public void creatorShown(UserId creator) {
      var _ =
          database
              .read(tx -> shown(tx, creator))
              .whenComplete(
                  (shown, failure) -> {
                    if (failure == null) {
                      manager.deliver(List.of(shown));
                    } else {
                      log.warn("The profile of creator {} could not be read", creator, failure);
                    }
                  });
    }

    private Delivery shown(Transaction tx, UserId id) {
      CreatorRow creator = sources.creators.get(tx, id);
      return Delivery.unnumbered(
          CreatorUpdates.message(creator.creator()), sources.roles.everyone(tx, creator));
    }
  }
}
