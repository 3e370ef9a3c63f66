package io.bookbell.hub;

import java.util.List;
import java.util.function.Consumer;

/**
 * How the nodes tell each other of changes: at most once, in any order, perhaps repeated. A
 * doorbell, not a store: what it loses is found in the {@link MessageHistory}. One instance is one
 * node; any thread may call any method.
 */
public interface Backplane extends AutoCloseable {
  /**
   * Calls the receiver with what every other node publishes from now on; what is meant only for
   * users who are not {@link #presence connected} here may be left out. It is called on a thread of
   * the backplane's choice, perhaps on several at once, and must not block. What one receiver
   * throws is logged and harms no other.
   */
  void subscribe(Consumer<List<Delivery>> receiver);

  /**
   * Tells every other node, never the one that publishes. Does not block, and does not throw
   * because a node is away or the backplane is closed.
   */
  void publish(List<Delivery> change);

  /**
   * Notes that a user's first connection on this node opened, or that the last one closed. The
   * manager calls it from inside the atomic change of who is connected: in order for each user, so
   * it must neither block nor throw, nor ask who is connected.
   */
  void presence(UserId user, boolean connected);

  /** Nothing is received or published afterwards. A second call does nothing. */
  @Override
  void close();
}
