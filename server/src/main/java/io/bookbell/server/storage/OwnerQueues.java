package io.bookbell.server.storage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who of this process writes for which owner, and what waits for it to end. Thread-safe.
 *
 * <p>At most one transaction has the turn of an owner. Nobody waits for it: work that comes
 * meanwhile joins a queue, and who has the turn sees to the queue before giving it up.
 */
final class OwnerQueues {
  /** A queue is there as long as somebody has the turn. */
  private final ConcurrentHashMap<Object, Deque<WriteJob<?>>> waiting = new ConcurrentHashMap<>();

  /** Takes the turn if nobody has it. */
  boolean tryAcquire(Object owner) {
    return waiting.putIfAbsent(owner, new ArrayDeque<>()) == null;
  }

  /**
   * Has the job wait.
   *
   * @return whether nobody has the turn any more, so that it is now the caller's
   */
  boolean enqueueJob(Object owner, WriteJob<?> writeJob) {
    var free = new boolean[1];
    waiting.compute(
        owner,
        (_, queue) -> {
          free[0] = queue == null;
          Deque<WriteJob<?>> joined = queue == null ? new ArrayDeque<>() : queue;
          joined.add(writeJob);
          return joined;
        });
    return free[0];
  }

  /** Takes those that have waited longest. When there are none, the turn is over. */
  List<WriteJob<?>> takeNext(Object owner, int most) {
    var taken = new ArrayList<WriteJob<?>>();
    waiting.computeIfPresent(
        owner,
        (_, queue) -> {
          while (taken.size() < most && !queue.isEmpty()) {
            taken.add(queue.remove());
          }
          return taken.isEmpty() ? null : queue;
        });
    return taken;
  }

  /** Takes what still waits, without an end of the turn. */
  List<WriteJob<?>> takeAll(Object owner) {
    var taken = new ArrayList<WriteJob<?>>();
    waiting.computeIfPresent(
        owner,
        (_, queue) -> {
          taken.addAll(queue);
          queue.clear();
          return queue;
        });
    return taken;
  }

  /** Lets jobs that were taken wait again, before all others. */
  void returnJobs(Object owner, List<WriteJob<?>> jobs) {
    waiting.computeIfPresent(
        owner,
        (_, queue) -> {
          jobs.reversed().forEach(queue::addFirst);
          return queue;
        });
  }
}
