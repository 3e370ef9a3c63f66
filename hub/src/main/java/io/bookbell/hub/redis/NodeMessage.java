package io.bookbell.hub.redis;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.UserId;
import java.util.List;
import java.util.Set;

/** A message between nodes over Redis. Immutable. */
sealed interface NodeMessage {
  /** The name of the sending node. */
  String node();

  /**
   * To every node, once a second: the sender is alive, and its presence has this version. The
   * sender receives it too, as the probe of the broadcast channel.
   */
  record NodeHeartbeat(String node, long version, long nonce) implements NodeMessage {}

  /** To the sender itself: the probe of its own channel. */
  record LoopbackEcho(String node, long nonce) implements NodeMessage {}

  /** To every node: the changes from one presence version to the next. */
  record PresenceChange(String node, long from, long to, Set<UserId> joined, Set<UserId> left)
      implements NodeMessage {}

  /** To one node: a request for its presence. */
  record PresenceQuery(String node) implements NodeMessage {}

  /** The response to a {@link PresenceQuery}, sent to the node that asked. */
  record PresenceSnapshot(String node, long version, Set<UserId> users) implements NodeMessage {}

  /** To every node: the sender is shutting down. */
  record NodeShutdown(String node) implements NodeMessage {}

  /** To one node: the part of a committed change that concerns its users. */
  record CommittedDeliveries(String node, String channel, List<Delivery> deliveries)
      implements NodeMessage {}
}
