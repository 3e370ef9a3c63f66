package io.bookbell.server.resilience;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.resilience.workload.Command;
import io.bookbell.server.resilience.workload.History;
import io.bookbell.server.resilience.workload.Outcome;
import io.bookbell.server.resilience.workload.Outcome.Done;
import io.bookbell.server.resilience.workload.Outcome.Refused;
import io.bookbell.server.resilience.workload.Outcome.Unknown;
import io.bookbell.server.resilience.workload.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/**
 * Sends commands at a steady rate. An unanswered command is sent again with its idempotency key, to
 * any node, until it is answered. Created and controlled by one thread; counters may be read by
 * any.
 */
final class Load implements AutoCloseable {
  private static final int MAX_IN_FLIGHT = 100;
  private static final Duration GIVEN_UP_AFTER = Duration.ofMinutes(2);
  private static final long RETRY_MILLIS = 250;

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("load").daemon().factory());
  private final History history = new History();
  private final ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> errors = new ConcurrentLinkedQueue<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger retries = new AtomicInteger();
  private final Traffic traffic; // only on the thread
  private final Supplier<String> url;
  private volatile boolean paused;
  private final Delays delays;

  Load(Traffic traffic, Supplier<String> url, Delays delays) {
    this.traffic = traffic;
    this.url = url;
    this.delays = delays;
  }

  void begin(int perSecond) {
    var _ =
        thread.scheduleAtFixedRate(this::sendOne, 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS);
  }

  private void sendOne() {
    underWay.incrementAndGet(); // before reading paused, because pause() waits for this counter
    if (paused || underWay.get() > MAX_IN_FLIGHT) {
      underWay.decrementAndGet();
    } else {
      Command command = traffic.next(1).getFirst();
      history.note(command, new Unknown("not answered yet"));
      send(command, System.nanoTime(), false);
    }
  }

  private void send(Command command, long begun, boolean again) {
    var _ = command.send(url.get()).thenAccept(outcome -> answered(command, outcome, begun, again));
  }

  private void answered(Command command, Outcome outcome, long begun, boolean again) {
    switch (outcome) {
      case Done(var answer) -> {
        delays.acknowledged(command.effect());
        end(command, outcome);
        learn(answer);
      }
      case Refused(String code) ->
          // an earlier attempt without a response may still succeed
          end(command, again ? new Unknown("perhaps refused: " + code) : outcome);
      case Unknown(String why) -> unanswered(command, why, begun);
    }
  }

  private void learn(JsonNode answer) {
    if (!thread.isShutdown()) {
      thread.execute(() -> traffic.learn(answer));
    }
  }

  private void unanswered(Command command, String why, long begun) {
    if (why.startsWith("500")) {
      errors.add(command.path() + ": " + why);
    }
    if (System.nanoTime() - begun > GIVEN_UP_AFTER.toNanos()) {
      failed.add(command + ": " + why);
      end(command, new Unknown(why));
      return;
    }
    retries.incrementAndGet();
    var later = CompletableFuture.delayedExecutor(RETRY_MILLIS, TimeUnit.MILLISECONDS);
    var _ = CompletableFuture.runAsync(() -> send(command, begun, true), later);
  }

  private void end(Command command, Outcome outcome) {
    history.note(command, outcome);
    underWay.decrementAndGet();
  }

  /** Stops sending new commands, and waits until the running ones were answered or given up. */
  void pause() {
    paused = true;
    awaitAnswers();
  }

  void goOn() {
    paused = false;
  }

  /** Stops permanently. */
  void end() {
    thread.shutdown();
    awaitAnswers();
  }

  private void awaitAnswers() {
    Awaitility.await("an answer to each command")
        .atMost(GIVEN_UP_AFTER.plusSeconds(60))
        .until(() -> underWay.get() == 0);
  }

  History history() {
    return history;
  }

  /** Commands that got no response despite all retries. */
  List<String> failed() {
    return List.copyOf(failed);
  }

  /** Responses that report an internal error. */
  List<String> errors() {
    return List.copyOf(errors);
  }

  int retries() {
    return retries.get();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
