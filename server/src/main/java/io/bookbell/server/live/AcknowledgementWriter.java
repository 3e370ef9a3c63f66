package io.bookbell.server.live;

import io.bookbell.server.http.CompletionFailures;
import io.bookbell.server.receipt.Device;
import io.bookbell.server.receipt.ReceiptService;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.StorageException;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects acknowledgements from devices and stores those of all devices once a second, on a thread
 * of its own. If the process dies before that, the device's next acknowledgement makes up for it.
 * Thread-safe.
 */
final class AcknowledgementWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AcknowledgementWriter.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final int DEVICES_AT_ONCE = 200;

  private final ConcurrentHashMap<Device, Long> waiting = new ConcurrentHashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("acknowledgements").daemon().factory());
  private final Database database;
  private final ReceiptService receiptService;
  private final AtomicInteger discards = new AtomicInteger();
  private boolean failing;

  AcknowledgementWriter(Database database, ReceiptService receiptService) {
    this.database = database;
    this.receiptService = receiptService;
  }

  void startWriting() {
    var _ =
        thread.scheduleWithFixedDelay(
            this::storePending, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  void recordAcknowledgement(Device device, long seq) {
    waiting.merge(device, seq, Math::max);
  }

  /**
   * Discards pending acknowledgements, whose numbers are invalid in another epoch. Called after the
   * connections of the former epoch were closed. Those that are just being stored aren't tried
   * again.
   */
  void discardPending() {
    discards.incrementAndGet();
    waiting.clear();
  }

  private void storePending() {
    while (!waiting.isEmpty()) {
      int discarded = discards.get();
      var batch = new TreeMap<Device, Long>();
      waiting.keySet().stream()
          .limit(DEVICES_AT_ONCE)
          .forEach(
              device -> {
                Long seq = waiting.remove(device);
                if (seq != null) { // null if discarded meanwhile
                  batch.put(device, seq);
                }
              });
      if (!storeBatch(batch, discarded)) {
        return;
      }
    }
  }

  /**
   * Returns false if the database failed; the remaining acknowledgements are retried in a second.
   */
  private boolean storeBatch(NavigableMap<Device, Long> batch, int discarded) {
    try {
      database
          .write(
              tx -> {
                receiptService.acknowledgePositions(tx, batch);
                return true;
              })
          .join();
      failing = false;
      return true;
    } catch (RuntimeException e) {
      if (CompletionFailures.unwrapCause(e) instanceof StorageException) {
        keepForLater(batch, discarded, e);
        return false;
      }
      return storeEach(batch, discarded, e);
    }
  }

  private void keepForLater(NavigableMap<Device, Long> batch, int discarded, RuntimeException e) {
    if (discards.get() == discarded) {
      batch.forEach(this::recordAcknowledgement);
    }
    if (!failing) {
      log.warn("Acknowledgements could not be stored; trying again", e);
      failing = true;
    }
  }

  /** Stores each by itself, so that one that always fails is dropped alone. */
  private boolean storeEach(NavigableMap<Device, Long> batch, int discarded, RuntimeException e) {
    if (batch.size() == 1) {
      log.error("An acknowledgement of the user {} can't be stored", batch.firstKey().user(), e);
      return true;
    }
    boolean stored = true;
    for (Device device : batch.keySet()) {
      var single = new TreeMap<>(batch.subMap(device, true, device, true));
      stored &= storeBatch(single, discarded);
    }
    return stored;
  }

  /** Stores the pending acknowledgements. */
  @Override
  public void close() {
    thread.close();
    storePending();
  }
}
