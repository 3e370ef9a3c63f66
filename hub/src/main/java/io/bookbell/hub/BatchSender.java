package io.bookbell.hub;

import java.io.IOException;

/**
 * Sends to many sockets with one system call. Each event loop has one, and uses it on its own
 * thread only.
 */
public interface BatchSender extends AutoCloseable {
  /**
   * Sends each socket its part of the memory, and returns once all sends are complete. No send
   * waits for its socket: what a socket can't accept at once isn't sent.
   *
   * @param count the number of sockets
   * @param sockets their file descriptors
   * @param address where the first socket's bytes begin; the others' follow without gaps
   * @param ends for each socket, the offset from the address at which its bytes end
   * @param sent receives the number of bytes accepted by each socket, 0 also if the socket is
   *     broken
   * @throws IOException if this sender can't be used any more; {@code sent} is filled in
   *     nevertheless
   */
  void sendAll(int count, int[] sockets, long address, int[] ends, int[] sent) throws IOException;

  /** Releases the sender's resources. Any thread may call it, once no other uses the sender. */
  @Override
  void close();
}
