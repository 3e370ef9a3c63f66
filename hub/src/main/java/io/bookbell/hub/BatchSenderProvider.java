package io.bookbell.hub;

import java.io.IOException;

/**
 * Creates a {@link BatchSender} for each event loop. The hub finds the provider with {@link
 * java.util.ServiceLoader} when it first has many connections to write to, and works without one:
 * each socket then gets a system call of its own. Its {@code toString} names the mechanism in the
 * log. Any thread may call it.
 */
@FunctionalInterface
public interface BatchSenderProvider {
  /**
   * Creates a sender. The first call comes from a thread of its own and may take long; later ones
   * come from event loops.
   *
   * @param capacity the largest number of sockets in one call
   * @throws IOException if this system doesn't support it or doesn't permit it to this process
   */
  BatchSender createSender(int capacity) throws IOException;
}
