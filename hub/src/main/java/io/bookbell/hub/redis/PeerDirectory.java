package io.bookbell.hub.redis;

import io.bookbell.hub.UserId;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes, and the users connected to each as far as known. The backplane's thread modifies
 * it; publishing threads read it. A node whose users aren't known for certain is asked for a
 * snapshot, and asked again each time it is heard of until it responds.
 */
final class PeerDirectory {
  private final ConcurrentHashMap<String, PeerNode> peers = new ConcurrentHashMap<>();
  private final Consumer<String> ask;
  private final long askAgain;
  private final long forget;

  /**
   * @param ask requests a presence snapshot from the node with this name
   */
  PeerDirectory(RedisOptions.Timings timings, Consumer<String> ask) {
    this.ask = ask;
    this.askAgain = timings.probe().toNanos() / 2;
    this.forget = timings.forget().toNanos();
  }

  void forEach(Consumer<PeerNode> action) {
    peers.values().forEach(action);
  }

  int size() {
    return peers.size();
  }

  int knownCount() {
    return (int) peers.values().stream().filter(PeerNode::isKnown).count();
  }

  /** The users connected to that node, if known. */
  Optional<Set<UserId>> usersOf(String node) {
    return Optional.ofNullable(peers.get(node))
        .filter(PeerNode::isKnown)
        .map(PeerNode::connectedUsers);
  }

  // ---- for the backplane's thread

  /** Records that a node is alive, from a message that says nothing else about it. */
  void handleContact(String node, long now) {
    PeerNode peerNode = findOrAdd(node, now);
    queryUnlessKnown(peerNode.isKnown(), peerNode, now);
  }

  void handleHeartbeat(NodeMessage.NodeHeartbeat said, long now) {
    PeerNode peerNode = findOrAdd(said.node(), now);
    queryUnlessKnown(peerNode.isAtVersion(said.version()), peerNode, now);
  }

  void handlePresence(NodeMessage.PresenceChange said, long now) {
    PeerNode peerNode = findOrAdd(said.node(), now);
    queryUnlessKnown(peerNode.applyPresence(said), peerNode, now);
  }

  void handleSnapshot(NodeMessage.PresenceSnapshot said, long now) {
    findOrAdd(said.node(), now).applySnapshot(said);
  }

  void handleShutdown(String node) {
    peers.remove(node);
  }

  void removeSilent(long now) {
    peers.values().removeIf(peerNode -> peerNode.isSilent(now, forget));
  }

  /** Restarts every peer's silence, because it was this node that received nothing. */
  void resetSilence(long now) {
    peers.values().forEach(peerNode -> peerNode.markSeen(now));
  }

  private PeerNode findOrAdd(String node, long now) {
    @Nullable PeerNode known = peers.get(node);
    if (known == null) {
      known = new PeerNode(node, now);
      peers.put(node, known);
    }
    known.markSeen(now);
    return known;
  }

  private void queryUnlessKnown(boolean known, PeerNode peerNode, long now) {
    if (!known && peerNode.shouldQuery(now, askAgain)) {
      ask.accept(peerNode.node());
    }
  }
}
