package io.bookbell.server.outbox;

import io.bookbell.server.outbox.NewsServiceStore.BrokenService;
import io.bookbell.server.outbox.OutboxStore.QueueCount;
import io.bookbell.server.storage.Database;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What is in the outbox, read from the database a few times a minute, for metrics. Its own thread
 * reads; any thread may ask.
 */
public final class OutboxMonitor implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(15);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("outbox-monitor").daemon().factory());
  private final OutboxStore outboxStore = new OutboxStore();
  private final NewsServiceStore serviceStore = new NewsServiceStore();
  private final Database database;
  private volatile OutboxState state = new OutboxState(List.of(), List.of());

  /** The numbers of items, and what is out of order. */
  public record OutboxState(List<QueueCount> counts, List<BrokenService> broken) {
    /** How many items of a kind are in a state. */
    public long count(NewsKind kind, OutboxItem.ItemState itemState) {
      return counts.stream()
          .filter(each -> each.kind() == kind && each.state().equals(itemState.wireName()))
          .mapToLong(QueueCount::amount)
          .sum();
    }

    public boolean isBroken(NewsKind kind) {
      return broken.stream().anyMatch(each -> each.kind() == kind);
    }
  }

  public OutboxMonitor(Database database) {
    this.database = database;
  }

  public void start() {
    var _ =
        thread.scheduleWithFixedDelay(this::read, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void read() {
    try {
      state =
          database
              .read(tx -> new OutboxState(outboxStore.countItems(tx), serviceStore.findBroken(tx)))
              .join();
    } catch (RuntimeException e) {
      // the database's own monitoring tells of it; the numbers stay as they were
    }
  }

  public OutboxState state() {
    return state;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
