package io.bookbell.server.storage;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A pool of platform threads that gives each task to the thread that became idle last. The JDK's
 * pools prefer the one that has been idle longest, so they use all threads in turn even if one is
 * enough. Here each thread has a database connection of its own, and the one used last still has
 * its statements and pages in the processor's caches.
 *
 * <p>Thread-safe. Tasks start in the order they are submitted. A thread is started if a task finds
 * none idle, up to the limit, and stays until the pool is closed.
 */
public final class RecentThreads implements Executor, AutoCloseable {
  private final String name;
  private final int most;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private final Deque<Worker> idle = new ArrayDeque<>();
  private final List<Worker> workers = new ArrayList<>();
  private volatile boolean closed;

  /**
   * Creates a pool without threads.
   *
   * @param name what the threads' names begin with
   * @param most the limit of threads
   */
  public RecentThreads(String name, int most) {
    this.name = name;
    this.most = most;
  }

  /**
   * Runs the task on one of the threads. What it throws goes to the thread's handler of uncaught
   * exceptions.
   *
   * @throws RejectedExecutionException if the pool is closed
   */
  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      if (closed) {
        throw new RejectedExecutionException("The threads " + name + " are closed");
      }
      Worker last = idle.pollLast();
      if (last != null) {
        last.assign(task);
      } else if (workers.size() < most) {
        var worker = new Worker(name + "-" + (workers.size() + 1), task);
        workers.add(worker);
        worker.thread.start();
      } else {
        waiting.add(task);
      }
    } finally {
      lock.unlock();
    }
  }

  /** A thread and its next task. */
  private final class Worker {
    private final Thread thread;
    private volatile @Nullable Runnable assigned;

    Worker(String threadName, Runnable first) {
      this.thread = Thread.ofPlatform().name(threadName).unstarted(this::runTasks);
      this.assigned = first;
    }

    void assign(Runnable task) {
      assigned = task;
      LockSupport.unpark(thread);
    }

    private void runTasks() {
      for (Runnable task = awaitAssigned(); task != null; task = nextTask()) {
        try {
          task.run();
        } catch (Throwable e) {
          thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
      }
    }

    /** Returns the next task when there is one, or null if the pool is closed and none waits. */
    private @Nullable Runnable nextTask() {
      lock.lock();
      try {
        Runnable next = waiting.poll();
        if (next != null || closed) {
          return next;
        }
        idle.addLast(this);
      } finally {
        lock.unlock();
      }
      return awaitAssigned();
    }

    private @Nullable Runnable awaitAssigned() {
      while (assigned == null && !closed) {
        LockSupport.park(this);
      }
      Runnable task = assigned;
      assigned = null;
      return task;
    }
  }

  /** Stops accepting tasks and waits until all accepted ones have ended. */
  @Override
  public void close() {
    closeWithin(Duration.ofDays(1));
  }

  /**
   * Stops accepting tasks and waits until all accepted ones have ended, but at most so long. An
   * interrupt doesn't shorten the wait; the thread stays interrupted.
   */
  public void closeWithin(Duration patience) {
    lock.lock();
    try {
      closed = true;
      idle.forEach(worker -> LockSupport.unpark(worker.thread));
    } finally {
      lock.unlock();
    }
    long deadline = System.nanoTime() + patience.toNanos();
    boolean interrupted = false;
    for (Worker worker : workers) { // none is added once the pool is closed
      boolean ended = false;
      long left = deadline - System.nanoTime();
      while (!ended && left > 0) {
        try {
          ended = worker.thread.join(Duration.ofNanos(left));
        } catch (InterruptedException _) {
          interrupted = true;
        }
        left = deadline - System.nanoTime();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
