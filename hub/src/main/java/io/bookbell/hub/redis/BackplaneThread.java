package io.bookbell.hub.redis;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single thread of a backplane. Any thread may submit tasks. An exception from a task is logged
 * and doesn't affect later ones; tasks submitted after {@link #close} are dropped.
 */
final class BackplaneThread implements Executor, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BackplaneThread.class);

  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().daemon().name("backplane").factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  @Override
  public void execute(Runnable task) {
    executor.execute(logFailures(task));
  }

  void schedule(Duration delay, Runnable task) {
    executor.schedule(logFailures(task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  void scheduleWithFixedDelay(Duration period, Runnable task) {
    executor.scheduleWithFixedDelay(
        logFailures(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  private static Runnable logFailures(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException failure) {
        log.error("A task of the Redis backplane failed; it goes on", failure);
      }
    };
  }
}
