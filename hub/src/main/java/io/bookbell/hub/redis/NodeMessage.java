package io.bookbell.hub.redis;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.UserId;
import java.util.List;
import java.util.Set;

/** What one node says to others through Redis. Immutable. */
sealed interface NodeMessage {
  /** The name of the node that says it. */
  String node();

  /**
   * To everyone, every second: I am here, and this is the version of who is connected to me. The
   * sender hears it too, as the probe of the channel.
   */
  record NodeHeartbeat(String node, long version, long nonce) implements NodeMessage {}

  /** To itself: the probe of a node's own channel. */
  record LoopbackEcho(String node, long nonce) implements NodeMessage {}

  /** To everyone: what leads from one version of who is connected to the next. */
  record PresenceChange(String node, long from, long to, Set<UserId> joined, Set<UserId> left)
      implements NodeMessage {}

  /** To one node: who is connected to you? */
  record PresenceQuery(String node) implements NodeMessage {}

  /** The answer, to the node that asked. */
  record PresenceSnapshot(String node, long version, Set<UserId> users) implements NodeMessage {}

  /** To everyone: I am going. */
  record NodeShutdown(String node) implements NodeMessage {}

  /** To one node: what concerns its users of a committed change. */
  record CommittedDeliveries(String node, List<Delivery> deliveries) implements NodeMessage {}
}
