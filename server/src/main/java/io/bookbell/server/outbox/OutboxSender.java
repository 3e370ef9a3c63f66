package io.bookbell.server.outbox;

import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.outbox.SendSlots.Slot;
import io.bookbell.server.outbox.TargetSender.AttemptTimes;
import io.bookbell.server.outbox.TargetSender.OutboxStores;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.StorageException;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is in the outbox. Each node has one; it looks for work once a second on a thread of
 * its own, takes a lease on each target that is due, and sends the target's items one after another
 * on a virtual thread.
 *
 * <p>A target that hangs or refuses delays no other: see {@link SendSlots}.
 */
public final class OutboxSender implements AutoCloseable {
  /** How long an attempt may take, unless its kind needs longer. */
  public static final Duration TIMEOUT = Duration.ofSeconds(35);

  private static final Logger log = LoggerFactory.getLogger(OutboxSender.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration CLOSES_WITHIN = Duration.ofSeconds(5);

  private final ScheduledExecutorService ticks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("outbox").daemon().factory());
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("outbox-", 0).factory());
  private final OutboxQueue queue = new OutboxQueue();
  private final NewsServiceStore serviceStore = new NewsServiceStore();
  private final Map<NewsKind, SendSlots> slots = new EnumMap<>(NewsKind.class);
  private final Database database;
  private final TargetSender targetSender;
  private boolean endedLeases;
  private boolean failing;

  /**
   * Creates a sender without starting it.
   *
   * @param transports one for each kind that this node can send
   * @param statistics counts what is sent
   */
  public OutboxSender(
      Database database, List<NewsTransport> transports, OutboxStatistics statistics) {
    this(database, transports, statistics, AttemptTimes.DEFAULT);
  }

  /** Creates a sender with other times. */
  OutboxSender(
      Database database,
      List<NewsTransport> transports,
      OutboxStatistics statistics,
      AttemptTimes attemptTimes) {
    this.database = database;
    var byKind = new EnumMap<NewsKind, NewsTransport>(NewsKind.class);
    for (NewsTransport transport : transports) {
      byKind.put(transport.kind(), transport);
      slots.put(transport.kind(), new SendSlots());
    }
    this.targetSender =
        new TargetSender(
            database,
            byKind,
            new OutboxStores(queue, serviceStore, statistics),
            threads,
            attemptTimes);
  }

  public void start() {
    if (!slots.isEmpty()) {
      var _ =
          ticks.scheduleWithFixedDelay(
              this::runOnce, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void runOnce() {
    try {
      if (!database.isShared() && !endedLeases) {
        endedLeases =
            write(
                tx -> {
                  queue.endAllLeases(tx); // those of a process that was killed
                  return true;
                });
      }
      startDue();
      failing = false;
    } catch (RuntimeException e) {
      boolean ours = CompletionFailures.unwrapCause(e) instanceof StorageException;
      if (!failing && !ticks.isShutdown() && !ours) {
        log.warn("The outbox could not be sent; trying again", e);
      }
      failing = true;
    }
  }

  /** Queues what is new, and starts to send to targets that are due and have a free slot. */
  public void startDue() {
    Set<NewsKind> kinds = slots.keySet();
    if (!database.read(tx -> queue.hasWork(tx, kinds)).join()) {
      return;
    }
    while (write(queue::collectNew)) {
      // more than one transaction should change
    }
    Set<NewsKind> paused = database.read(serviceStore::findPaused).join();
    Set<NewsKind> broken = database.read(serviceStore::findBrokenKinds).join();
    for (NewsKind kind : EnumSet.copyOf(kinds)) {
      if (paused.contains(kind)) {
        continue;
      }
      if (!broken.contains(kind)) {
        startDue(kind, false, SendSlots.MAX_CONCURRENT);
        startDue(kind, true, SendSlots.MAX_CONCURRENT);
      } else if (!slotsOf(kind).areUsed() && startDue(kind, false, 1) == 0) {
        startDue(kind, true, 1);
      }
    }
  }

  private SendSlots slotsOf(NewsKind kind) {
    return Objects.requireNonNull(slots.get(kind));
  }

  /** Returns to how many targets it begins to send. */
  private int startDue(NewsKind kind, boolean failingTargets, int most) {
    SendSlots kindSlots = slotsOf(kind);
    int free = Math.min(most, kindSlots.countFree(failingTargets));
    if (free == 0) {
      return 0;
    }
    int started = 0;
    String lease = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    for (long target : write(tx -> queue.takeLeases(tx, lease, kind, failingTargets, free))) {
      started++;
      Slot slot = kindSlots.take(failingTargets);
      threads.execute(
          () -> {
            try {
              targetSender.sendAll(lease, target, slot);
            } finally {
              slot.release();
            }
          });
    }
    return started;
  }

  private <T> T write(Function<Transaction, T> work) {
    return database.write(work).join();
  }

  /** Lets the current attempts end. Whatever doesn't end is repeated after the lease. */
  @Override
  public void close() {
    ticks.shutdownNow();
    targetSender.close();
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSES_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
