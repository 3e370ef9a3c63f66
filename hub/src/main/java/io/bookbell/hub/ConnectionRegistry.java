package io.bookbell.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who is connected: any thread may call any method. What a user has is an immutable value, changed
 * only inside the map's atomic {@code compute}, so the count of a user is exact however many
 * connect at once, and readers never wait. A user without connections and reservations has no
 * entry.
 */
final class ConnectionRegistry {
  private static final WebSocketConnection[] NONE = {};

  private final ConcurrentHashMap<UserId, UserConnections> users = new ConcurrentHashMap<>();
  private final PresenceListener presenceListener;

  ConnectionRegistry(PresenceListener presenceListener) {
    this.presenceListener = presenceListener;
  }

  /** Reserves a place unless the user has as many connections and reservations as allowed. */
  boolean tryReserve(UserId user, int most) {
    boolean[] granted = {false};
    users.compute(
        user,
        (id, before) -> {
          UserConnections present = before == null ? new UserConnections(0, NONE) : before;
          if (present.reserved + present.connections.length >= most) {
            return before;
          }
          granted[0] = true;
          return new UserConnections(present.reserved + 1, present.connections);
        });
    return granted[0];
  }

  /** Gives a reserved place back. */
  void releaseReservation(UserId user) {
    users.computeIfPresent(
        user,
        (id, present) -> new UserConnections(present.reserved - 1, present.connections).orNull());
  }

  /** Puts the connection on a reserved place. */
  void add(WebSocketConnection connection) {
    users.computeIfPresent(
        connection.user(),
        (id, present) -> {
          int count = present.connections.length;
          WebSocketConnection[] more = Arrays.copyOf(present.connections, count + 1);
          more[count] = connection;
          if (count == 0) {
            presenceListener.presenceChanged(id, true);
          }
          return new UserConnections(present.reserved - 1, more);
        });
  }

  /** Forgets the connection if it is known. */
  void remove(WebSocketConnection connection) {
    users.computeIfPresent(
        connection.user(),
        (id, present) -> {
          List<WebSocketConnection> rest = new ArrayList<>(Arrays.asList(present.connections));
          if (rest.remove(connection) && rest.isEmpty()) {
            presenceListener.presenceChanged(id, false);
          }
          return new UserConnections(present.reserved, rest.toArray(NONE)).orNull();
        });
  }

  /** The connections of a user, not to be changed. */
  WebSocketConnection[] connectionsOf(UserId user) {
    UserConnections present = users.get(user);
    return present == null ? NONE : present.connections;
  }

  Set<UserId> connectedUsers() {
    return users.entrySet().stream()
        .filter(entry -> entry.getValue().connections.length > 0)
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  void forEach(Consumer<WebSocketConnection> action) {
    users.values().forEach(present -> Arrays.asList(present.connections).forEach(action));
  }

  /** Entries for users, reservations included: 0 when nothing is left. */
  int size() {
    return users.size();
  }

  /** Hears of each user's first connection and of the end of the last, inside the map's change. */
  @FunctionalInterface
  interface PresenceListener {
    void presenceChanged(UserId user, boolean connected);
  }

  /** What one user has. The array is never changed once it is in here. */
  private static final class UserConnections {
    final int reserved;
    final WebSocketConnection[] connections;

    UserConnections(int reserved, WebSocketConnection[] connections) {
      this.reserved = reserved;
      this.connections = connections;
    }

    @Nullable UserConnections orNull() {
      return reserved == 0 && connections.length == 0 ? null : this;
    }
  }
}
