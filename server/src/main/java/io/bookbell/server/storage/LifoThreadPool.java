package io.bookbell.server.storage;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A pool of platform threads that wakes the thread that became idle last. {@link
 * java.util.concurrent.ThreadPoolExecutor} wakes the one that has been idle longest, so it uses all
 * threads in turn even if one is enough. Threads that use databases keep to the same connections,
 * and the one used last still has its statements and pages in the processor's caches.
 *
 * <p>Thread-safe. Tasks start in the order they are submitted. A thread is started if a task finds
 * none idle, up to the limit, and stays until the pool is closed.
 */
public final class LifoThreadPool implements Executor, AutoCloseable {
  private final String name;
  private final int most;
  private final ThreadFactory factory;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private final Deque<Worker> idle = new ArrayDeque<>();
  private final List<Worker> workers = new ArrayList<>();
  private boolean closed;

  /**
   * Creates a pool without threads.
   *
   * @param name what the threads' names begin with
   * @param most the limit of threads
   */
  public LifoThreadPool(String name, int most) {
    this(name, most, Thread.ofPlatform().name(name + "-", 1).factory());
  }

  LifoThreadPool(String name, int most, ThreadFactory factory) {
    this.name = name;
    this.most = most;
    this.factory = factory;
  }

  /**
   * Runs the task on one of the threads. What it throws goes to the thread's handler of uncaught
   * exceptions.
   *
   * @throws RejectedExecutionException if the pool is closed
   * @throws OutOfMemoryError if the system allows no thread and the pool has none yet
   */
  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      if (closed) {
        throw new RejectedExecutionException("The threads " + name + " are closed");
      }
      if (idle.isEmpty() && workers.size() < most) {
        startWorker();
      }
      waiting.add(task);
      if (!idle.isEmpty()) {
        idle.removeLast().wake();
      }
    } finally {
      lock.unlock();
    }
  }

  private void startWorker() {
    var worker = new Worker();
    try {
      worker.thread.start(); // and waits for the lock
    } catch (OutOfMemoryError e) {
      if (workers.isEmpty()) {
        throw e;
      }
      return; // the system allows no more threads now; those that are there take the task
    }
    workers.add(worker);
  }

  /** A thread, which takes tasks until the pool is closed. */
  private final class Worker {
    private final Thread thread = factory.newThread(this::runTasks);

    /** Whether this is among the idle ones. Guarded by the lock. */
    private boolean isIdle;

    /** Called with the lock, when this is no longer among the idle ones. */
    void wake() {
      isIdle = false;
      LockSupport.unpark(thread);
    }

    private void runTasks() {
      for (Runnable task = awaitTask(); task != null; task = awaitTask()) {
        try {
          task.run();
        } catch (Throwable e) {
          thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
        Thread.interrupted(); // what interrupted a task doesn't concern the next one
      }
    }

    /** Waits for a task. Returns null if the pool is closed and no task waits. */
    private @Nullable Runnable awaitTask() {
      lock.lock();
      try {
        while (true) {
          Runnable task = waiting.poll();
          if (task != null || closed) {
            if (isIdle) { // nobody has woken it: a thread may wake by itself
              isIdle = false;
              idle.remove(this);
            }
            return task;
          }
          if (!isIdle) { // it may have been woken for a task that another thread has taken
            isIdle = true;
            idle.addLast(this);
          }
          lock.unlock();
          try {
            LockSupport.park(this);
          } finally {
            lock.lock();
          }
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Stops accepting tasks and waits until all accepted ones have ended. */
  @Override
  public void close() {
    closeWithin(Duration.ofDays(1));
  }

  /**
   * Stops accepting tasks and waits until all accepted ones have ended. An interrupt doesn't
   * shorten the wait; the thread stays interrupted.
   *
   * @param timeout how long to wait at most. Tasks that haven't started by then never will; those
   *     that are running go on
   */
  public void closeWithin(Duration timeout) {
    lock.lock();
    try {
      closed = true;
      idle.forEach(worker -> LockSupport.unpark(worker.thread));
    } finally {
      lock.unlock();
    }
    awaitEnd(System.nanoTime() + timeout.toNanos());
    lock.lock();
    try {
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  private void awaitEnd(long deadline) {
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
