package io.bookbell.hub.redis;

import io.bookbell.hub.UserId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The users connected to this node, whatever the channel, as published to the others. Any thread
 * may record changes; all other methods belong to the backplane's thread, which turns the recorded
 * changes into the next version.
 */
final class LocalPresence {
  private final String node;
  private final Queue<PresenceEvent> pendingEvents = new ConcurrentLinkedQueue<>();

  /** The channels to which each user is connected, as far as published. */
  private final Map<UserId, Set<String>> publishedChannels = new HashMap<>();

  /**
   * Starts at a random number, so that a node that restarts under the same name doesn't appear
   * unchanged.
   */
  private long version = ThreadLocalRandom.current().nextLong(1L << 40);

  LocalPresence(String node) {
    this.node = node;
  }

  void recordPresence(String channel, UserId user, boolean connected) {
    pendingEvents.add(new PresenceEvent(channel, user, connected));
  }

  /** The changes recorded since the last call, unless they cancel out. */
  Optional<NodeMessage> nextVersion() {
    Map<UserId, Boolean> before = new HashMap<>();
    for (PresenceEvent next = pendingEvents.poll(); next != null; next = pendingEvents.poll()) {
      before.putIfAbsent(next.user, publishedChannels.containsKey(next.user));
      applyEvent(next);
    }
    Set<UserId> joined = new HashSet<>();
    Set<UserId> left = new HashSet<>();
    before.forEach(
        (user, wasConnected) -> {
          boolean isConnected = publishedChannels.containsKey(user);
          if (isConnected && !wasConnected) {
            joined.add(user);
          } else if (wasConnected && !isConnected) {
            left.add(user);
          }
        });
    return joined.isEmpty() && left.isEmpty()
        ? Optional.empty()
        : Optional.of(new NodeMessage.PresenceChange(node, version, ++version, joined, left));
  }

  private void applyEvent(PresenceEvent event) {
    if (event.connected) {
      publishedChannels.computeIfAbsent(event.user, _ -> HashSet.newHashSet(1)).add(event.channel);
    } else {
      publishedChannels.computeIfPresent(
          event.user,
          (_, channels) -> {
            channels.remove(event.channel);
            return channels.isEmpty() ? null : channels;
          });
    }
  }

  NodeMessage snapshot() {
    return new NodeMessage.PresenceSnapshot(node, version, Set.copyOf(publishedChannels.keySet()));
  }

  long currentVersion() {
    return version;
  }

  private record PresenceEvent(String channel, UserId user, boolean connected) {}
}
