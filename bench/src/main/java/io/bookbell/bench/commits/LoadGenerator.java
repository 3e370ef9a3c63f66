package io.bookbell.bench.commits;

import io.bookbell.bench.commits.CommandClient.NextCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Puts a server under one load, once. One thread generates it; responses come on others. */
final class LoadGenerator {
  private static final long TIMEOUT_SECONDS = 60;

  private final CommandClient client;
  private final AdminSockets sockets;
  private final AtomicInteger failures = new AtomicInteger();

  LoadGenerator(CommandClient client, AdminSockets sockets) {
    this.client = client;
    this.sockets = sockets;
  }

  /** How commands follow each other. */
  sealed interface Load {
    /** A constant number of them in flight. */
    record InFlight(int commands) implements Load {
      @Override
      public String toString() {
        return commands + " in flight";
      }
    }

    /** A constant rate, however long they take. */
    record PerSecond(int commands) implements Load {
      @Override
      public String toString() {
        return commands + "/s";
      }
    }
  }

  /**
   * What became of the commands.
   *
   * @param p50Millis from when each was due until the last admin received it; NaN unless they came
   *     at a constant rate
   */
  record Outcome(int succeeded, int failed, double seconds, double p50Millis, double p99Millis) {}

  /** Sends commands until the time is over or none is left, and waits for what follows of them. */
  Outcome run(Load load, Supplier<Optional<NextCommand>> commands, Duration time)
      throws InterruptedException {
    return switch (load) {
      case Load.InFlight(int most) -> keepInFlight(most, commands, time);
      case Load.PerSecond(int rate) -> keepRate(rate, commands, time);
    };
  }

  private Outcome keepInFlight(int most, Supplier<Optional<NextCommand>> commands, Duration time)
      throws InterruptedException {
    var free = new Semaphore(most);
    int sent = 0;
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < time.toNanos()) {
      free.acquire();
      Optional<NextCommand> next = commands.get();
      if (next.isEmpty()) {
        free.release();
        break;
      }
      var _ = send(next.get()).whenComplete((_, _) -> free.release());
      sent++;
    }
    free.acquire(most);
    return outcome(sent, begin, List.of());
  }

  private Outcome keepRate(int rate, Supplier<Optional<NextCommand>> commands, Duration time)
      throws InterruptedException {
    var delays = new ArrayList<CompletableFuture<Double>>();
    long begin = System.nanoTime();
    while (delays.size() < rate * time.toSeconds()) {
      Optional<NextCommand> next = commands.get();
      if (next.isEmpty()) {
        break;
      }
      long due = begin + delays.size() * TimeUnit.SECONDS.toNanos(1) / rate;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      delays.add(sendAndAwait(next.get()).thenApply(arrival -> (arrival - due) / 1e6));
    }
    return outcome(delays.size(), begin, awaitAll(delays));
  }

  private CompletableFuture<Long> sendAndAwait(NextCommand command) {
    CompletableFuture<Long> arrival = sockets.await(command);
    return send(command)
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                arrival.completeExceptionally(failure);
              }
            })
        .thenCombine(arrival, (_, time) -> time);
  }

  private CompletableFuture<?> send(NextCommand command) {
    return client
        .send(command)
        .whenComplete(
            (_, failure) -> {
              if (failure != null && failures.incrementAndGet() == 1) {
                System.err.println("A command failed: " + failure.getMessage());
              }
            });
  }

  /** Returns the delays of the commands that succeeded, sorted. */
  private static List<Double> awaitAll(List<CompletableFuture<Double>> delays)
      throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    var millis = new ArrayList<Double>();
    for (CompletableFuture<Double> delay : delays) {
      try {
        millis.add(delay.get(until - System.nanoTime(), TimeUnit.NANOSECONDS));
      } catch (ExecutionException _) {
        // a failed command, which was counted
      } catch (TimeoutException e) {
        throw new IllegalStateException("An admin has not heard of a request", e);
      }
    }
    millis.sort(Comparator.naturalOrder());
    return millis;
  }

  private Outcome outcome(int sent, long begin, List<Double> millis) {
    int failed = failures.get();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Outcome(
        sent - failed, failed, seconds, percentile(millis, 0.5), percentile(millis, 0.99));
  }

  private static double percentile(List<Double> sorted, double part) {
    return sorted.isEmpty() ? Double.NaN : sorted.get((int) (part * (sorted.size() - 1)));
  }
}
