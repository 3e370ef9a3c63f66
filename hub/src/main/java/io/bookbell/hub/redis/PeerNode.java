package io.bookbell.hub.redis;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows about another one. The backplane's thread modifies it; any thread may call
 * {@link #filterRelevant}, {@link #isKnown} and {@link #connectedUsers}. While the peer's users are
 * unknown, it is sent every change.
 */
final class PeerNode {
  private final String node;
  private volatile @Nullable Set<UserId> users;
  private long version;
  private long heardAt;
  private long askedAt;
  private boolean asked;

  PeerNode(String node, long now) {
    this.node = node;
    this.heardAt = now;
  }

  String node() {
    return node;
  }

  boolean isKnown() {
    return users != null;
  }

  Set<UserId> connectedUsers() {
    Set<UserId> known = users;
    return known == null ? Set.of() : Set.copyOf(known);
  }

  /**
   * The part of a change that concerns users of that node. A state keeps its whole audience: a node
   * delivers each version once, so a user who has connected there since this node last heard of it
   * would otherwise never get that version.
   */
  List<Delivery> filterRelevant(List<Delivery> change) {
    Set<UserId> known = users;
    if (known == null) {
      return change;
    }
    List<Delivery> meant = new ArrayList<>();
    for (Delivery delivery : change) {
      Map<UserId, Long> sequence = retainUsers(delivery.sequence(), known);
      Set<UserId> unnumbered = retainUsers(delivery.unnumbered(), known);
      if (!sequence.isEmpty() || !unnumbered.isEmpty()) {
        boolean isState = delivery.message().state().isPresent();
        meant.add(isState ? delivery : new Delivery(delivery.message(), sequence, unnumbered));
      }
    }
    return meant;
  }

  private static Map<UserId, Long> retainUsers(Map<UserId, Long> sequence, Set<UserId> users) {
    Map<UserId, Long> rest = new HashMap<>();
    for (UserId user : smallerSet(sequence.keySet(), users)) {
      Long number = sequence.get(user);
      if (number != null && users.contains(user)) {
        rest.put(user, number);
      }
    }
    return rest;
  }

  private static Set<UserId> retainUsers(Set<UserId> audience, Set<UserId> users) {
    Set<UserId> rest = new HashSet<>();
    for (UserId user : smallerSet(audience, users)) {
      if (audience.contains(user) && users.contains(user)) {
        rest.add(user);
      }
    }
    return rest;
  }

  private static Set<UserId> smallerSet(Set<UserId> one, Set<UserId> other) {
    return one.size() <= other.size() ? one : other;
  }

  // ---- for the backplane's thread

  void markSeen(long now) {
    heardAt = now;
  }

  boolean isSilent(long now, long most) {
    return now - heardAt >= most;
  }

  /** Returns whether to ask for a snapshot now, and if so records the time. */
  boolean shouldQuery(long now, long interval) {
    if (asked && now - askedAt < interval) {
      return false;
    }
    asked = true;
    askedAt = now;
    return true;
  }

  /**
   * Returns whether the peer's users are known at this version; if the version differs, they become
   * unknown.
   */
  boolean isAtVersion(long other) {
    if (users != null && version != other) {
      users = null;
    }
    return users != null;
  }

  void applySnapshot(NodeMessage.PresenceSnapshot presenceSnapshot) {
    Set<UserId> all = ConcurrentHashMap.newKeySet();
    all.addAll(presenceSnapshot.users());
    version = presenceSnapshot.version();
    users = all;
  }

  /**
   * Applies a presence change. Returns false if it doesn't follow the known version, in which case
   * the peer's users become unknown.
   */
  boolean applyPresence(NodeMessage.PresenceChange change) {
    Set<UserId> known = users;
    if (known == null || version == change.to()) {
      return known != null;
    }
    if (!isAtVersion(change.from())) {
      return false;
    }
    known.addAll(change.joined());
    known.removeAll(change.left());
    version = change.to();
    return true;
  }
}
