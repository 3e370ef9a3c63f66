package io.bookbell.server.account;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs expensive tasks on a few threads and serves the senders round-robin, so a sender with many
 * tasks delays another by at most one task. Thread-safe; its monitor guards the queues.
 *
 * <p>A waiting task whose result nobody needs any more is dropped: it fails with {@link
 * CancellationException} and makes room.
 *
 * <p>The queue is bounded. A task fails with {@link QueueFullException} if its sender already has
 * the maximum waiting. If the queue as a whole is full, the newest task of the sender with the most
 * waiting fails.
 */
final class FairExecutor implements AutoCloseable {
  private static final int IDLE_SECONDS = 30;

  private final ThreadPoolExecutor threads;
  private final int mostPerSender;
  private final int most;

  /** By sender, in round-robin order. No queue in it is empty. */
  private final LinkedHashMap<String, Deque<QueuedTask<?>>> waiting = new LinkedHashMap<>();

  private int size;

  /** A sender has more than its share of tasks waiting. */
  static final class QueueFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    QueueFullException() {
      super("too many tasks of one sender are waiting", null, false, false);
    }
  }

  private record QueuedTask<T>(Supplier<T> work, CompletableFuture<T> result) {
    void run() {
      try {
        result.complete(work.get());
      } catch (RuntimeException | Error e) {
        result.completeExceptionally(e);
      }
    }
  }

  /**
   * Creates the executor. Threads start on demand and end after 30 idle seconds.
   *
   * @param name prefix of the thread names
   * @param most limit on waiting tasks, over all senders
   */
  FairExecutor(String name, int threads, int mostPerSender, int most) {
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name(name, 1).daemon().factory());
    this.threads.allowCoreThreadTimeOut(true);
    this.mostPerSender = mostPerSender;
    this.most = most;
  }

  /**
   * Queues a task.
   *
   * @param inVain completes when nobody needs the result any more
   */
  <T> CompletableFuture<T> submit(String sender, Supplier<T> work, CompletionStage<?> inVain) {
    var queuedTask = new QueuedTask<>(work, new CompletableFuture<T>());
    QueuedTask<?> refused = enqueueTask(sender, queuedTask);
    if (refused != null) {
      refused.result.completeExceptionally(new QueueFullException());
    }
    if (refused == null) { // else the thread that was asked for the removed task runs this one
      try {
        threads.execute(this::runNext);
      } catch (RejectedExecutionException e) { // closing
        queuedTask.result.completeExceptionally(e);
      }
    }
    if (!queuedTask.equals(refused)) {
      var _ = inVain.whenComplete((_, _) -> dropTask(sender, queuedTask));
    }
    return queuedTask.result;
  }

  private void dropTask(String sender, QueuedTask<?> queuedTask) {
    if (removeTask(sender, queuedTask)) {
      queuedTask.result.completeExceptionally(new CancellationException("nobody waits for it"));
    }
  }

  /** Removes a task from its queue, and returns whether it was still waiting there. */
  private synchronized boolean removeTask(String sender, QueuedTask<?> queuedTask) {
    Deque<QueuedTask<?>> own = waiting.get(sender);
    if (own == null || !own.remove(queuedTask)) {
      return false;
    }
    if (own.isEmpty()) {
      waiting.remove(sender);
    }
    size--;
    return true;
  }

  /**
   * Queues a task and returns the task that was rejected for it, which may be the same one; null if
   * none was.
   */
  private synchronized @Nullable QueuedTask<?> enqueueTask(
      String sender, QueuedTask<?> queuedTask) {
    Deque<QueuedTask<?>> own = waiting.get(sender);
    int ownSize = own == null ? 0 : own.size();
    if (ownSize >= mostPerSender) {
      return queuedTask;
    }
    QueuedTask<?> removed = null;
    if (size >= most) {
      String largest = longestQueue();
      Deque<QueuedTask<?>> queue = waiting.get(largest);
      if (queue == null || queue.size() <= ownSize) {
        return queuedTask;
      }
      removed = queue.removeLast();
      if (queue.isEmpty()) {
        waiting.remove(largest);
      }
      size--;
    }
    waiting.computeIfAbsent(sender, _ -> new ArrayDeque<>()).add(queuedTask);
    size++;
    return removed;
  }

  private String longestQueue() {
    return waiting.entrySet().stream()
        .max(Comparator.comparingInt(queue -> queue.getValue().size()))
        .map(Map.Entry::getKey)
        .orElse("");
  }

  private void runNext() {
    QueuedTask<?> next = pollNext();
    if (next != null) {
      next.run();
    }
  }

  private synchronized @Nullable QueuedTask<?> pollNext() {
    var turn = waiting.pollFirstEntry();
    if (turn == null) {
      return null;
    }
    QueuedTask<?> queuedTask = turn.getValue().remove();
    if (!turn.getValue().isEmpty()) {
      waiting.put(turn.getKey(), turn.getValue());
    }
    size--;
    return queuedTask;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    var ending = new RejectedExecutionException("closing");
    for (QueuedTask<?> queuedTask = pollNext(); queuedTask != null; queuedTask = pollNext()) {
      queuedTask.result.completeExceptionally(ending);
    }
  }
}
