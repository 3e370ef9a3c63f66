package io.bookbell.server.storage.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionThreadsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);
  private final CompletableFuture<Boolean> connection = new CompletableFuture<>();
  private final ConnectionThreads threads = new ConnectionThreads("test", 1, TIMEOUT, nanos::get);

  @AfterEach
  void close() {
    connection.complete(true);
    threads.close();
  }

  private CompletableFuture<Boolean> run() {
    var end = new CompletableFuture<Boolean>();
    threads.execute(() -> end.complete(true), end::completeExceptionally);
    return end;
  }

  /** Blocks the only thread until {@link #connection} is completed. */
  private void occupy() {
    var begun = new CompletableFuture<Boolean>();
    threads.execute(
        () -> {
          begun.complete(true);
          connection.join();
        },
        begun::completeExceptionally);
    begun.join();
  }

  @Test
  void whatHasWaitedForTooLongIsRefusedAndTheRestIsRun() throws Exception {
    occupy();
    var late = run();
    nanos.addAndGet(1);
    var inTime = run();
    nanos.addAndGet(TIMEOUT.toNanos());
    connection.complete(true);

    assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("No connection to the database was free within PT10S");
    assertThat(inTime.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatWaitsAtTheEndIsRunAndWhatComesAfterItIsRefused() {
    occupy();
    var waiting = run();
    connection.complete(true);
    threads.close();

    assertThat(waiting).isCompletedWithValue(true);
    assertThatThrownBy(() -> run().join())
        .hasCauseInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("The database is closing");
  }
}
