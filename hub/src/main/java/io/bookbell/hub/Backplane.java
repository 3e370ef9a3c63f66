package io.bookbell.hub;

import java.util.List;
import java.util.function.Consumer;

/**
 * How nodes notify each other of committed changes: at most once, in any order, possibly repeated.
 * It stores nothing; what it loses is in the {@link MessageHistory}, where a node finds it when the
 * application calls {@link WebSocketManager#announce}, which it does about once a second if there
 * is more than one node. One instance represents one node. Any thread may call any method.
 *
 * <p>Several managers may share it. Each has a channel, and hears only what is published on the
 * same channel by other nodes.
 */
public interface Backplane extends AutoCloseable {
  /**
   * Registers a receiver for what other nodes publish on a channel from now on. The backplane may
   * leave out deliveries whose targets are all users not {@link #presence connected} to this node.
   * The receiver runs on a thread of the backplane's choice, possibly on several at once, and must
   * not block. An exception from one receiver is logged and doesn't affect the others.
   *
   * @return ends the subscription: the receiver isn't called any more, except by calls that have
   *     begun. Idempotent
   */
  Subscription subscribe(String channel, Consumer<List<Delivery>> receiver);

  /** What is received until it is closed. Any thread may close it. */
  @FunctionalInterface
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Publishes a change on a channel to every other node, never to this one. Doesn't block, and
   * doesn't throw when a node is unreachable or the backplane is closed.
   */
  void publish(String channel, List<Delivery> change);

  /**
   * Called when a user's first connection to a channel opens on this node, and when the last one
   * closes. The manager calls it inside the registry's atomic update, in order for each user, so it
   * must neither block nor throw, nor query the registry.
   */
  void presence(String channel, UserId user, boolean connected);

  /** Stops receiving and publishing. Idempotent. */
  @Override
  void close();
}
