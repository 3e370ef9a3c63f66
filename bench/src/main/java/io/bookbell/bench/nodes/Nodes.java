package io.bookbell.bench.nodes;

/** A group of nodes that use the same way to notify each other. For one thread. */
interface Nodes extends AutoCloseable {
  /** Publishes a change from its node, without waiting. */
  void publish(Traffic.Change change);

  /** Returns the number of messages that all nodes have received so far; cheap. */
  long messages();

  /** Returns what all nodes have received so far, by their own statistics. */
  Received received();

  /** Returns how many messages all nodes should receive for the first {@code changes} changes. */
  long expected(Traffic traffic, int changes);

  @Override
  void close();

  /** The messages and bytes received by all nodes together. */
  record Received(long messages, long bytes) {
    Received since(Received before) {
      return new Received(messages - before.messages, bytes - before.bytes);
    }
  }
}
