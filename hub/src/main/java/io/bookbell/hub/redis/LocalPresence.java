package io.bookbell.hub.redis;

import io.bookbell.hub.UserId;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The users connected to this node, as published to the others. Any thread may record changes; all
 * other methods belong to the backplane's thread, which turns the recorded changes into the next
 * version.
 */
final class LocalPresence {
  private final String node;
  private final Queue<PresenceEvent> noted = new ConcurrentLinkedQueue<>();
  private final Set<UserId> told = new HashSet<>();

  /**
   * Starts at a random number, so that a node that restarts under the same name doesn't appear
   * unchanged.
   */
  private long version = ThreadLocalRandom.current().nextLong(1L << 40);

  LocalPresence(String node) {
    this.node = node;
  }

  void recordPresence(UserId user, boolean connected) {
    noted.add(new PresenceEvent(user, connected));
  }

  /** The changes recorded since the last call, unless they cancel out. */
  Optional<NodeMessage> nextVersion() {
    Map<UserId, Boolean> last = new LinkedHashMap<>();
    for (PresenceEvent next = noted.poll(); next != null; next = noted.poll()) {
      last.put(next.user, next.connected);
    }
    Set<UserId> joined = new HashSet<>();
    Set<UserId> left = new HashSet<>();
    last.forEach(
        (user, connected) -> {
          if (connected && told.add(user)) {
            joined.add(user);
          } else if (!connected && told.remove(user)) {
            left.add(user);
          }
        });
    return joined.isEmpty() && left.isEmpty()
        ? Optional.empty()
        : Optional.of(new NodeMessage.PresenceChange(node, version, ++version, joined, left));
  }

  NodeMessage snapshot() {
    return new NodeMessage.PresenceSnapshot(node, version, Set.copyOf(told));
  }

  long currentVersion() {
    return version;
  }

  private record PresenceEvent(UserId user, boolean connected) {}
}
