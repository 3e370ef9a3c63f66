package io.bookbell.server.storage;

import java.util.function.Supplier;

/**
 * A command in two steps, so that many commands of one owner can read together, decide one after
 * another, and write together, with few round trips to the database.
 *
 * <p>It locks the owner with {@link Transaction#lockOwnerRow} and publishes changes of that row
 * with {@link Transaction#replaceOwnerRow}. It must {@link Transaction#claim} everything else that
 * it reads and then changes, in the first step and before reading if possible: a command whose
 * claim is held by an earlier one is prepared again later.
 */
@FunctionalInterface
public interface WriteCommand<T> {
  /**
   * Locks and reads what the decision needs, without writing anything.
   *
   * @return the decision, which is called at most once. It uses what was read, and enqueues what it
   *     writes ({@link Transaction#enqueue}, {@link Transaction#writeAll}), which must not depend
   *     on what other commands write. If it reads more, or writes with {@link Transaction#update},
   *     all commands that are decided together wait for it, and if it is refused afterwards, all of
   *     them run again one by one.
   */
  Supplier<T> prepare(Transaction tx);
}
