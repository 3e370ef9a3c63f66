package io.bookbell.server.storage;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * As many threads as there are connections to a database server, for the tasks that use one.
 * Thread-safe. Tasks begin in the order in which they come; none begins after having waited for
 * longer than it may.
 *
 * <p>They are platform threads: each answer that a virtual one waits for goes through the poller's
 * thread and its scheduler, which costs more than the statement.
 */
final class ConnectionThreads implements AutoCloseable {
  private final ExecutorService threads;
  private final Duration patience;
  private final LongSupplier nanos;

  ConnectionThreads(String name, int connections, Duration patience) {
    this(name, connections, patience, System::nanoTime);
  }

  ConnectionThreads(String name, int connections, Duration patience, LongSupplier nanos) {
    this.threads =
        Executors.newFixedThreadPool(
            connections, Thread.ofPlatform().name(name + "-", 1).factory());
    this.patience = patience;
    this.nanos = nanos;
  }

  /**
   * Runs the task, or tells why it is not run.
   *
   * @param refused told on the caller's thread after {@link #close}, or on one of these
   */
  void execute(Runnable task, Consumer<RejectedExecutionException> refused) {
    long asked = nanos.getAsLong();
    try {
      threads.execute(
          () -> {
            if (nanos.getAsLong() - asked > patience.toNanos()) {
              refused.accept(
                  new RejectedExecutionException(
                      "No connection to the database was free within " + patience));
            } else {
              task.run();
            }
          });
    } catch (RejectedExecutionException _) {
      refused.accept(WriteJob.closingFailure());
    }
  }

  /** Waits for all tasks that were taken. */
  @Override
  public void close() {
    threads.close();
  }
}
