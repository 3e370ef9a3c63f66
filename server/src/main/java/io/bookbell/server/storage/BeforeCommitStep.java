package io.bookbell.server.storage;

import java.util.List;

/**
 * What is done at the very end of a transaction, once, with the parts that all commands in it have
 * left for it: for locks that would stand in the way of the next command of the same transaction.
 *
 * @param <T> a part
 */
@FunctionalInterface
public interface BeforeCommitStep<T> {
  /**
   * Does it.
   *
   * @param parts of the commands that succeeded, in their order; at least one
   */
  void run(Transaction tx, List<T> parts);
}
