package io.bookbell.hub.redis;

import io.bookbell.hub.UserId;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The other nodes and who is connected to each, as far as they have said. The backplane's thread
 * changes it, threads that publish read it. A node whose users are not known, or no longer for
 * sure, is asked, and asked again as long as it is heard of and has not answered.
 */
final class Peers {
  private final ConcurrentHashMap<String, Peer> peers = new ConcurrentHashMap<>();
  private final Consumer<String> ask;
  private final long askAgain;
  private final long forget;

  /**
   * @param ask asks the node of this name who is connected to it
   */
  Peers(RedisOptions.Timings timings, Consumer<String> ask) {
    this.ask = ask;
    this.askAgain = timings.probe().toNanos() / 2;
    this.forget = timings.forget().toNanos();
  }

  void forEach(Consumer<Peer> action) {
    peers.values().forEach(action);
  }

  int size() {
    return peers.size();
  }

  int known() {
    return (int) peers.values().stream().filter(Peer::isKnown).count();
  }

  /** Who is connected to that node, if it is known. */
  Optional<Set<UserId>> usersOf(String node) {
    return Optional.ofNullable(peers.get(node)).filter(Peer::isKnown).map(Peer::users);
  }

  // ---- for the backplane's thread

  /** It was heard of, and nothing else. */
  void heard(String node, long now) {
    Peer peer = peer(node, now);
    askUnless(peer.isKnown(), peer, now);
  }

  void alive(NodeMessage.Alive said, long now) {
    Peer peer = peer(said.node(), now);
    askUnless(peer.isAt(said.version()), peer, now);
  }

  void presence(NodeMessage.Presence said, long now) {
    Peer peer = peer(said.node(), now);
    askUnless(peer.follow(said), peer, now);
  }

  void snapshot(NodeMessage.Snapshot said, long now) {
    peer(said.node(), now).learn(said);
  }

  void goodbye(String node) {
    peers.remove(node);
  }

  void forgetSilent(long now) {
    peers.values().removeIf(peer -> peer.isSilent(now, forget));
  }

  /** It was this node that heard nothing: everybody else's silence begins anew. */
  void pardonSilence(long now) {
    peers.values().forEach(peer -> peer.heard(now));
  }

  private Peer peer(String node, long now) {
    @Nullable Peer known = peers.get(node);
    if (known == null) {
      known = new Peer(node, now);
      peers.put(node, known);
    }
    known.heard(now);
    return known;
  }

  private void askUnless(boolean known, Peer peer, long now) {
    if (!known && peer.shouldAsk(now, askAgain)) {
      ask.accept(peer.node());
    }
  }
}
