package io.bookbell.hub;

import io.netty.channel.Channel;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * All connections of this node: who is connected, and the way of a message to them. Any thread may
 * call any method.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class WebSocketManager implements AutoCloseable {

  public WebSocketManager(
      HubOptions options,
      Feed feed,
      ClientFrames frames,
      Backplane backplane,
      InstantSource clock) {
    throw new UnsupportedOperationException();
  }

  /**
   * Keeps a place for a connection of this user, to be asked before the handshake is answered.
   * Whoever gets one must either {@link #connect} with it or close it.
   *
   * @return empty if the user has as many connections as allowed
   */
  public Optional<Reservation> tryReserve(UserId user) {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes the channel over, right after the handshake was answered: removes every handler from its
   * pipeline, registers the connection, then opens the user's history. Best called on the channel's
   * event loop, in the same turn that answered the handshake; elsewhere, stop reading before.
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
    throw new UnsupportedOperationException();
  }

  /** As with a reservation that is made now; the channel closes with 1008 if there is no place. */
  public Connection connect(
      Channel channel, UserId user, Map<String, String> metadata, Optional<Position> since) {
    throw new UnsupportedOperationException();
  }

  /** As {@link Connection#close}. */
  public void disconnect(Connection connection, CloseReason reason) {
    throw new UnsupportedOperationException();
  }

  /**
   * Closes some connections of a user on this node.
   *
   * @return how many
   */
  public int disconnect(UserId user, Predicate<Connection> which, CloseReason reason) {
    throw new UnsupportedOperationException();
  }

  /** Sends a message without a number to all connections of these users, on every node. */
  public void broadcast(Message message, Set<UserId> targets) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends the messages of one committed change, in their order, to the connections of this node and
   * tells the other nodes. Numbered ones must be readable in the {@link Feed} already.
   */
  public void broadcast(List<Delivery> change) {
    throw new UnsupportedOperationException();
  }

  /** Sends a message without a number to all connections of one user, on every node. */
  public void sendToUser(UserId user, Message message) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends to the connections of this node only, as if another node had published it: for changes
   * that were found in the history rather than heard of.
   */
  public void deliver(List<Delivery> change) {
    throw new UnsupportedOperationException();
  }

  /** The users with a connection on this node. A snapshot. */
  public Set<UserId> connectedUsers() {
    throw new UnsupportedOperationException();
  }

  /** The connections of a user on this node. A snapshot. */
  public List<Connection> connectionsOf(UserId user) {
    throw new UnsupportedOperationException();
  }

  /** The connection that a channel was taken over for, while it is open. */
  public Optional<Connection> connectionOf(Channel channel) {
    throw new UnsupportedOperationException();
  }

  /** Whose channel it is, while it is open. */
  public Optional<UserId> userOf(Channel channel) {
    return connectionOf(channel).map(Connection::user);
  }

  public HubStatistics statistics() {
    throw new UnsupportedOperationException();
  }

  /**
   * Closes every connection with 1001 and takes no more. Waits until they are gone, at most {@link
   * HubOptions.KeepAlive#goodbye} and a little; called on an event loop it does not wait. The
   * backplane stays open: whoever made it closes it.
   */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
