package io.bookbell.hub.internal.delivery;

import io.bookbell.hub.UserId;
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
 * The connections of this node by user. Any thread may call any method. Each user's entry is an
 * immutable value that is replaced only inside the map's atomic {@code compute}, so the limit per
 * user is exact under concurrent connects, and readers never wait. A user with neither connections
 * nor reservations has no entry.
 */
final class ConnectionRegistry {
  private static final LocalConnection[] NONE = {};

  private final ConcurrentHashMap<UserId, UserConnections> users = new ConcurrentHashMap<>();
  private final PresenceListener presenceListener;

  ConnectionRegistry(PresenceListener presenceListener) {
    this.presenceListener = presenceListener;
  }

  /**
   * Reserves a connection slot unless the user's connections and reservations have reached the
   * limit.
   */
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

  /** Releases a reserved slot. */
  void releaseReservation(UserId user) {
    users.computeIfPresent(
        user,
        (id, present) -> new UserConnections(present.reserved - 1, present.connections).orNull());
  }

  /** Adds a connection in place of a reservation. */
  void add(LocalConnection connection) {
    users.computeIfPresent(
        connection.user(),
        (id, present) -> {
          int count = present.connections.length;
          LocalConnection[] more = Arrays.copyOf(present.connections, count + 1);
          more[count] = connection;
          if (count == 0) {
            presenceListener.presenceChanged(id, true);
          }
          return new UserConnections(present.reserved - 1, more);
        });
  }

  /** Removes the connection if present. */
  void remove(LocalConnection connection) {
    users.computeIfPresent(
        connection.user(),
        (id, present) -> {
          List<LocalConnection> rest = new ArrayList<>(Arrays.asList(present.connections));
          if (rest.remove(connection) && rest.isEmpty()) {
            presenceListener.presenceChanged(id, false);
          }
          return new UserConnections(present.reserved, rest.toArray(NONE)).orNull();
        });
  }

  /** The connections of a user. The array is shared: callers must not modify it. */
  LocalConnection[] connectionsOf(UserId user) {
    UserConnections present = users.get(user);
    return present == null ? NONE : present.connections;
  }

  Set<UserId> connectedUsers() {
    return users.entrySet().stream()
        .filter(entry -> entry.getValue().connections.length > 0)
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  void forEach(Consumer<LocalConnection> action) {
    users.values().forEach(present -> Arrays.asList(present.connections).forEach(action));
  }

  /** The number of entries, including users with reservations only. */
  int size() {
    return users.size();
  }

  /** One user's reservations and connections. The array is never modified once it is in here. */
  private static final class UserConnections {
    final int reserved;
    final LocalConnection[] connections;

    UserConnections(int reserved, LocalConnection[] connections) {
      this.reserved = reserved;
      this.connections = connections;
    }

    @Nullable UserConnections orNull() {
      return reserved == 0 && connections.length == 0 ? null : this;
    }
  }
}
