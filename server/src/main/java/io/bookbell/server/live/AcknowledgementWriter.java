package io.bookbell.server.live;

import io.bookbell.server.receipt.Device;
import io.bookbell.server.receipt.ReceiptService;
import io.bookbell.server.storage.Database;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects acknowledgements from devices and stores those of all devices once a second, on a thread
 * of its own. If the process dies before that, the device's next acknowledgement makes up for it.
 * Thread-safe.
 */
final class AcknowledgementWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AcknowledgementWriter.class);
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int DEVICES_AT_ONCE = 200;

  private final ConcurrentHashMap<Device, Long> waiting = new ConcurrentHashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("acknowledgements").daemon().factory());
  private final Database database;
  private final ReceiptService receiptService;
  private boolean failing;

  AcknowledgementWriter(Database database, ReceiptService receiptService) {
    this.database = database;
    this.receiptService = receiptService;
  }

  void startWriting() {
    var _ =
        thread.scheduleWithFixedDelay(
            this::storePending, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  void recordAcknowledgement(Device device, long seq) {
    waiting.merge(device, seq, Math::max);
  }

  /** Discards pending acknowledgements, whose numbers are invalid in another epoch. */
  void discardPending() {
    waiting.clear();
  }

  private void storePending() {
    while (!waiting.isEmpty()) {
      var batch = new TreeMap<Device, Long>();
      waiting.keySet().stream()
          .limit(DEVICES_AT_ONCE)
          .forEach(device -> batch.put(device, waiting.remove(device)));
      if (!storeBatch(batch)) {
        return;
      }
    }
  }

  private boolean storeBatch(SortedMap<Device, Long> batch) {
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
      batch.forEach(this::recordAcknowledgement);
      if (!failing) {
        log.warn("Acknowledgements could not be stored; trying again", e);
        failing = true;
      }
      return false;
    }
  }

  /** Stores the pending acknowledgements. */
  @Override
  public void close() {
    thread.close();
    storePending();
  }
}
