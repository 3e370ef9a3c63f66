package io.bookbell.server.book;

import io.bookbell.server.http.CompletionFailures;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls third-party services, with delays and a circuit breaker. Stateless. */
final class RemoteCalls {
  private static final Logger log = LoggerFactory.getLogger(RemoteCalls.class);

  private RemoteCalls() {}

  /** Makes a call after a delay. */
  static <T> CompletableFuture<T> callAfter(Duration wait, Supplier<CompletableFuture<T>> call) {
    if (!wait.isPositive()) {
      return call.get();
    }
    var turn = CompletableFuture.delayedExecutor(wait.toMillis(), TimeUnit.MILLISECONDS);
    return CompletableFuture.runAsync(() -> {}, turn).thenCompose(_ -> call.get());
  }

  /** Makes a call and reports the result to the circuit breaker. */
  static <T> CompletableFuture<T> callWithCircuit(
      CircuitBreaker circuitBreaker, String service, Supplier<CompletableFuture<T>> call) {
    return call.get()
        .whenComplete(
            (_, failure) -> {
              if (failure == null) {
                circuitBreaker.recordSuccess();
              } else {
                recordFailure(circuitBreaker, service, CompletionFailures.unwrapCause(failure));
              }
            });
  }

  private static void recordFailure(
      CircuitBreaker circuitBreaker, String service, Throwable failure) {
    Optional<Duration> asked =
        failure instanceof CatalogueUnavailableException away
            ? away.retryAfter()
            : Optional.empty();
    circuitBreaker
        .recordFailure(asked)
        .ifPresent(
            pause ->
                log.info(
                    "The {} is unavailable ({}); trying again in {} s",
                    service,
                    failure.getMessage() == null ? failure.toString() : failure.getMessage(),
                    pause.toSeconds()));
  }
}
