package io.bookbell.bench.nodes;

/** Some nodes of one way to tell each other. For one thread. */
interface Nodes extends AutoCloseable {
  /** Commits a change on its node, without waiting for anything. */
  void publish(Traffic.Change change);

  /** How many messages have come to all nodes so far; cheap to ask. */
  long messages();

  /** What has come to all nodes so far, as they count it. */
  Received received();

  /** What comes to all nodes when the first so many changes were published. */
  long expected(Traffic traffic, int changes);

  @Override
  void close();

  /** Messages and their bytes, of all nodes together. */
  record Received(long messages, long bytes) {
    Received since(Received before) {
      return new Received(messages - before.messages, bytes - before.bytes);
    }
  }
}
