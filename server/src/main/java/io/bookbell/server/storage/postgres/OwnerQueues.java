package io.bookbell.server.storage.postgres;

import io.bookbell.server.storage.WriteJob;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The turns and queues of owners in this process. Thread-safe.
 *
 * <p>At most one transaction holds an owner's turn. Threads don't block on it: a job that arrives
 * in the meantime is queued, and the holder drains the queue before it gives up the turn.
 */
final class OwnerQueues {
  /** The queue of each owner. An owner has an entry exactly while somebody holds the turn. */
  private final ConcurrentHashMap<Object, Deque<WriteJob<?>>> waiting = new ConcurrentHashMap<>();

  /** Takes the turn if it is free. */
  boolean tryAcquire(Object owner) {
    return waiting.putIfAbsent(owner, new ArrayDeque<>()) == null;
  }

  /**
   * Queues the job.
   *
   * @return whether the turn was free and now belongs to the caller
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

  /** Removes the jobs at the head of the queue. If there are none, the turn ends. */
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

  /** Removes all queued jobs. The caller keeps the turn. */
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

  /** Puts jobs back at the head of the queue, in their order. */
  void returnJobs(Object owner, List<WriteJob<?>> jobs) {
    waiting.computeIfPresent(
        owner,
        (_, queue) -> {
          jobs.reversed().forEach(queue::addFirst);
          return queue;
        });
  }
}
