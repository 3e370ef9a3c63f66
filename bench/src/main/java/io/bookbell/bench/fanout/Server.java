package io.bookbell.bench.fanout;

import java.util.concurrent.CompletableFuture;

/** A server under test, running in a process of its own. Thread-safe. */
interface Server extends AutoCloseable {
  String name();

  ProcessHandle process();

  int port();

  /** The head of the request that opens a connection. */
  String handshake(int connection);

  /**
   * Has a text sent to every connection.
   *
   * @return completes when the server has taken it
   */
  CompletableFuture<?> publish(String text);

  /** What a new connection hears before it counts as open. */
  Greeting greeting();

  /** How a server greets. */
  enum Greeting {
    /** Not at all: the handshake is enough. */
    NONE,
    /** With one frame. */
    FRAME,
    /** As Engine.IO 4, under Socket.IO: "0…" is answered by "40"; later "2" by "3". */
    ENGINE_IO
  }

  @Override
  void close();
}
