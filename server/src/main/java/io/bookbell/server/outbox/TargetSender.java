package io.bookbell.server.outbox;

import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.outbox.SendPlan.SendLater;
import io.bookbell.server.outbox.SendPlan.SendNow;
import io.bookbell.server.outbox.SendPlan.SkipItems;
import io.bookbell.server.outbox.SendResult.Accepted;
import io.bookbell.server.outbox.SendResult.ItemRefused;
import io.bookbell.server.outbox.SendResult.ServiceDown;
import io.bookbell.server.outbox.SendResult.TargetGone;
import io.bookbell.server.outbox.SendResult.TryAgain;
import io.bookbell.server.outbox.SendSlots.Slot;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the items of one target after another, each target on its own virtual thread. Each outcome
 * is stored, together with the decision on what comes next, before the next attempt. Thread-safe.
 */
final class TargetSender implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TargetSender.class);
  private static final int MAX_REASON_LENGTH = 300;
  private static final String INTERNAL_ERROR = "Internal error";

  private final Database database;
  private final Map<NewsKind, NewsTransport> transports;
  private final OutboxQueue queue;
  private final NewsServiceStore serviceStore;
  private final ExecutorService threads;
  private final OutboxStatistics statistics;
  private final AttemptTimes attemptTimes;
  private volatile boolean closing;

  /** Where a sender reads what is to be sent, and records what became of it. */
  record OutboxStores(
      OutboxQueue queue, NewsServiceStore serviceStore, OutboxStatistics statistics) {}

  /**
   * What happens while an attempt goes on.
   *
   * @param slowAfter when the target gets another slot
   * @param renewEvery how often the lease is prolonged
   */
  record AttemptTimes(Duration slowAfter, Duration renewEvery) {
    static final AttemptTimes DEFAULT =
        new AttemptTimes(Duration.ofSeconds(2), OutboxQueue.RENEW_EVERY);
  }

  TargetSender(
      Database database,
      Map<NewsKind, NewsTransport> transports,
      OutboxStores stores,
      ExecutorService threads,
      AttemptTimes attemptTimes) {
    this.database = database;
    this.transports = transports;
    this.queue = stores.queue;
    this.serviceStore = stores.serviceStore;
    this.statistics = stores.statistics;
    this.threads = threads;
    this.attemptTimes = attemptTimes;
  }

  /** The target and items of the next attempt. */
  private record NextAttempt(NewsTarget target, List<Long> items, SendNow plan, Instant begun) {}

  /** Sends what is due for a target on which a lease was taken. */
  void sendAll(String lease, long target, Slot slot) {
    try {
      Optional<NextAttempt> next = database.write(tx -> planNext(tx, lease, target)).join();
      while (next.isPresent()) {
        NextAttempt attempt = next.get();
        SendResult result = attempt(lease, attempt, slot);
        if (result instanceof TryAgain && Thread.currentThread().isInterrupted()) {
          return; // the server is closing
        }
        statistics.count(attempt.target.kind(), result, attempt.items.size());
        next = database.write(tx -> settle(tx, lease, attempt, result)).join();
      }
    } catch (RuntimeException e) {
      recordTrouble(lease, target, CompletionFailures.unwrapCause(e));
    }
  }

  private Optional<NextAttempt> planNext(Transaction tx, String lease, long id) {
    Optional<NewsTarget> renewed = queue.renewLease(tx, lease, id);
    if (renewed.isEmpty()) {
      return Optional.empty(); // another node has the target now, or it was deleted
    }
    NewsTarget target = renewed.get();
    if (closing) {
      queue.sleepUntil(tx, id, tx.now());
      return Optional.empty();
    }
    List<OutboxItem> items = queue.nextItems(tx, id);
    while (!items.isEmpty()) {
      switch (transportOf(target).planNext(tx, target, items)) {
        case SendNow plan -> {
          queue.skip(tx, plan.skipped());
          queue.recordAttempt(tx, plan.items());
          return Optional.of(new NextAttempt(target, plan.items(), plan, tx.now()));
        }
        case SendLater(var time) -> {
          queue.sleepUntilDue(tx, id, time, items);
          return Optional.empty();
        }
        case SkipItems(var skipped) -> queue.skip(tx, skipped);
      }
      items = queue.nextItems(tx, id);
    }
    queue.sleepUntilMore(tx, id);
    return Optional.empty();
  }

  private NewsTransport transportOf(NewsTarget target) {
    NewsTransport transport = transports.get(target.kind());
    if (transport == null) {
      throw new IllegalStateException("This node doesn't send " + target.kind());
    }
    return transport;
  }

  private SendResult attempt(String lease, NextAttempt attempt, Slot slot) {
    NewsTransport transport = transportOf(attempt.target);
    Duration timeout = transport.timeout();
    Future<SendResult> result = threads.submit(attempt.plan.sending()::send);
    try {
      try {
        return result.get(attemptTimes.slowAfter.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (!transport.hasOneService()) {
          slot.becomeSlow();
        }
      }
      return awaitResult(result, timeout.minus(attemptTimes.slowAfter), lease, attempt.target.id());
    } catch (TimeoutException e) {
      return new TryAgain("No answer within " + timeout.toSeconds() + " seconds");
    } catch (ExecutionException e) {
      return new TryAgain(describe(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new TryAgain("Interrupted");
    } finally {
      result.cancel(true);
    }
  }

  /**
   * Prolongs the lease for as long as the attempt goes on, so that nobody else sends the same items
   * meanwhile.
   */
  private SendResult awaitResult(
      Future<SendResult> result, Duration timeout, String lease, long target)
      throws InterruptedException, ExecutionException, TimeoutException {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      long left = end - System.nanoTime();
      if (left <= attemptTimes.renewEvery.toNanos()) {
        return result.get(Math.max(0, left), TimeUnit.NANOSECONDS);
      }
      try {
        return result.get(attemptTimes.renewEvery.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        prolongLease(lease, target);
      }
    }
  }

  /** If the database can't be reached, nobody else gets the lease there either. */
  private void prolongLease(String lease, long target) {
    try {
      var _ = database.write(tx -> queue.renewLease(tx, lease, target)).join();
    } catch (CompletionException e) {
      log.debug("A lease could not be prolonged", e);
    }
  }

  private static String describe(@Nullable Throwable failure) {
    if (failure == null) {
      return "It failed";
    }
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private static String shorten(String reason) {
    return reason.length() <= MAX_REASON_LENGTH ? reason : reason.substring(0, MAX_REASON_LENGTH);
  }

  /** Stores an outcome; returns the next attempt unless the target has to wait. */
  private Optional<NextAttempt> settle(
      Transaction tx, String lease, NextAttempt attempt, SendResult result) {
    Optional<NewsTarget> renewed = queue.renewLease(tx, lease, attempt.target.id());
    if (renewed.isEmpty()) {
      return Optional.empty();
    }
    NewsTarget target = renewed.get();
    if (!(result instanceof Accepted) && !target.address().equals(attempt.target.address())) {
      return planNext(tx, lease, target.id()); // it says nothing about the address as it is now
    }
    List<Long> items = attempt.items;
    return switch (result) {
      case Accepted() -> {
        queue.recordSuccess(tx, target.id(), items);
        serviceStore.recordSuccess(tx, target.kind());
        yield planNext(tx, lease, target.id());
      }
      case ItemRefused(var reason) -> {
        queue.recordRefusal(tx, target.id(), items, shorten(reason));
        yield planNext(tx, lease, target.id());
      }
      case TryAgain(var reason, var _) when !attempt.plan.repeated() -> {
        queue.recordOnlyFailure(tx, target.id(), items, shorten(reason));
        yield planNext(tx, lease, target.id());
      }
      case TryAgain(var reason, var asked) -> {
        pauseTarget(tx, target, items, shorten(reason), asked);
        yield Optional.empty();
      }
      case TargetGone(var reason) -> {
        queue.endTarget(tx, target.id(), shorten(reason));
        yield Optional.empty();
      }
      case ServiceDown(var reason) -> {
        var outage = serviceStore.recordFailure(tx, target.kind(), shorten(reason), attempt.begun);
        ExpiredItems.giveUpAll(tx, transportOf(target), target, outage);
        queue.postpone(tx, target, items, outage);
        yield Optional.empty();
      }
    };
  }

  private void pauseTarget(
      Transaction tx,
      NewsTarget target,
      List<Long> items,
      String reason,
      Optional<Duration> asked) {
    Duration pause = RetrySchedule.pauseAfter(target.failures() + 1, target.id());
    Duration longest = asked.filter(other -> other.compareTo(pause) > 0).orElse(pause);
    ExpiredItems.giveUp(tx, transportOf(target), target, reason);
    queue.recordFailure(tx, target, items, reason, longest);
  }

  /** A failure of our own isn't repeated at once. If the database failed, the lease just ends. */
  private void recordTrouble(String lease, long target, Throwable failure) {
    if (closing || failure instanceof StorageException) {
      return;
    }
    log.error("News could not be sent to the target {}", target, failure);
    var _ =
        database.write(
            tx -> {
              queue.renewLease(tx, lease, target).ifPresent(row -> recordTrouble(tx, row));
              return true;
            });
  }

  private void recordTrouble(Transaction tx, NewsTarget target) {
    ExpiredItems.giveUp(tx, transportOf(target), target, INTERNAL_ERROR);
    Duration pause = RetrySchedule.pauseAfter(target.failures() + 1, target.id());
    queue.recordFailure(tx, target, List.of(), INTERNAL_ERROR, pause);
  }

  /** No further attempts begin. */
  @Override
  public void close() {
    closing = true;
  }
}
