package io.bookbell.server.storage;

import java.util.List;

/**
 * A step that runs once just before a transaction commits, with the parts that all its commands
 * have added ({@link Transaction#addBeforeCommitStep}). Use it to take locks that would otherwise
 * block the next command in the same transaction. It runs on the transaction's thread.
 *
 * @param <T> what a command adds for the step
 */
@FunctionalInterface
public interface BeforeCommitStep<T> {
  /**
   * Runs the step.
   *
   * @param parts added by the commands that succeeded, in the order of the commands; at least one
   */
  void run(Transaction tx, List<T> parts);
}
