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
final class Registry {
  private static final SocketConnection[] NONE = {};

  private final ConcurrentHashMap<UserId, Presence> users = new ConcurrentHashMap<>();
  private final Listener listener;

  Registry(Listener listener) {
    this.listener = listener;
  }

  /** Reserves a place unless the user has as many connections and reservations as allowed. */
  boolean reserve(UserId user, int most) {
    boolean[] granted = {false};
    users.compute(
        user,
        (id, before) -> {
          Presence present = before == null ? new Presence(0, NONE) : before;
          if (present.reserved + present.connections.length >= most) {
            return before;
          }
          granted[0] = true;
          return new Presence(present.reserved + 1, present.connections);
        });
    return granted[0];
  }

  /** Gives a reserved place back. */
  void release(UserId user) {
    users.computeIfPresent(
        user, (id, present) -> new Presence(present.reserved - 1, present.connections).orNull());
  }

  /** Puts the connection on a reserved place. */
  void add(SocketConnection connection) {
    users.computeIfPresent(
        connection.user(),
        (id, present) -> {
          int count = present.connections.length;
          SocketConnection[] more = Arrays.copyOf(present.connections, count + 1);
          more[count] = connection;
          if (count == 0) {
            listener.presence(id, true);
          }
          return new Presence(present.reserved - 1, more);
        });
  }

  /** Forgets the connection if it is known. */
  void remove(SocketConnection connection) {
    users.computeIfPresent(
        connection.user(),
        (id, present) -> {
          List<SocketConnection> rest = new ArrayList<>(Arrays.asList(present.connections));
          if (rest.remove(connection) && rest.isEmpty()) {
            listener.presence(id, false);
          }
          return new Presence(present.reserved, rest.toArray(NONE)).orNull();
        });
  }

  /** The connections of a user, not to be changed. */
  SocketConnection[] of(UserId user) {
    Presence present = users.get(user);
    return present == null ? NONE : present.connections;
  }

  Set<UserId> connectedUsers() {
    return users.entrySet().stream()
        .filter(entry -> entry.getValue().connections.length > 0)
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  void forEach(Consumer<SocketConnection> action) {
    users.values().forEach(present -> Arrays.asList(present.connections).forEach(action));
  }

  /** Entries for users, reservations included: 0 when nothing is left. */
  int size() {
    return users.size();
  }

  /** Hears of each user's first connection and of the end of the last, inside the map's change. */
  @FunctionalInterface
  interface Listener {
    void presence(UserId user, boolean connected);
  }

  /** What one user has. The array is never changed once it is in here. */
  private static final class Presence {
    final int reserved;
    final SocketConnection[] connections;

    Presence(int reserved, SocketConnection[] connections) {
      this.reserved = reserved;
      this.connections = connections;
    }

    @Nullable Presence orNull() {
      return reserved == 0 && connections.length == 0 ? null : this;
    }
  }
}
