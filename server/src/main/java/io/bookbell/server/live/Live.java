package io.bookbell.server.live;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Delivery;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.inbox.Epochs;
import io.bookbell.server.inbox.Inbox;
import io.bookbell.server.notification.Notifications;
import io.bookbell.server.quota.Quotas;
import io.bookbell.server.request.BookRequests;
import io.bookbell.server.storage.Database;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** The connected users, and the way of what was committed to them. Thread-safe. */
public final class Live implements AutoCloseable {
  private final WebSocketManager manager;

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
      Notifications notifications) {}

  /**
   * Begins to take connections.
   *
   * @param backplane stays open when this closes
   */
  public Live(
      HubOptions options,
      Database database,
      Sources sources,
      Backplane backplane,
      InstantSource clock) {
    var snapshots =
        new Snapshots(
            sources.creators,
            sources.roles,
            sources.quotas,
            sources.requests,
            sources.notifications);
    var feed = new InboxFeed(database, sources.inbox, new Epochs(), snapshots);
    manager = new WebSocketManager(options, feed, new ClientMessages(), backplane, clock);
  }

  public WebSocketManager manager() {
    return manager;
  }

  /** The messages of one committed change, in their order. */
  public void deliver(List<Delivery> change) {
    manager.broadcast(change);
  }

  /** A message that is in nobody's history. */
  public void broadcast(Message message, Set<UserId> users) {
    manager.broadcast(message, users);
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
    manager.close();
  }
}
