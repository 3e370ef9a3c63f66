package io.bookbell.server.storage.postgres;

import io.bookbell.server.storage.LifoThreadPool;
import io.bookbell.server.storage.WriteJob;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A pool with at most one thread per database connection, for tasks that use a connection.
 * Thread-safe. Tasks start in the order they are submitted. A task that has waited longer than the
 * limit is rejected instead of started.
 *
 * <p>These are platform threads: with virtual threads, each response from the database would pass
 * through the poller's thread and the scheduler, which costs more than the statement itself.
 */
final class ConnectionThreads implements AutoCloseable {
  private final LifoThreadPool threads;
  private final Duration timeout;
  private final LongSupplier nanos;

  ConnectionThreads(String name, int connections, Duration timeout) {
    this(name, connections, timeout, System::nanoTime);
  }

  ConnectionThreads(String name, int connections, Duration timeout, LongSupplier nanos) {
    this.threads = new LifoThreadPool(name, connections);
    this.timeout = timeout;
    this.nanos = nanos;
  }

  /**
   * Runs the task on a pool thread, or reports why it doesn't run.
   *
   * @param refused called on the caller's thread after {@link #close}, otherwise on a pool thread
   */
  void execute(Runnable task, Consumer<RejectedExecutionException> refused) {
    long asked = nanos.getAsLong();
    try {
      threads.execute(
          () -> {
            if (nanos.getAsLong() - asked > timeout.toNanos()) {
              refused.accept(
                  new RejectedExecutionException(
                      "No connection to the database was free within " + timeout));
            } else {
              task.run();
            }
          });
    } catch (RejectedExecutionException _) {
      refused.accept(WriteJob.closingFailure());
    }
  }

  /** Stops accepting tasks and waits for all accepted ones. */
  @Override
  public void close() {
    threads.close();
  }
}
