package io.bookbell.server.storage;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the last write succeeded and if not, why. Logs each change. Thread-safe. */
public final class WriteHealth {
  private static final Logger log = LoggerFactory.getLogger(WriteHealth.class);

  private final AtomicReference<@Nullable StorageException> present = new AtomicReference<>();

  /** The reason why writes fail; empty while they succeed. */
  public Optional<StorageException> currentTrouble() {
    return Optional.ofNullable(present.get());
  }

  /** Records a successful write. */
  public void recordSuccess() {
    if (present.get() != null && present.getAndSet(null) != null) {
      log.info("The database can be written again");
    }
  }

  /**
   * Records a failed write. A busy database is ignored, because the next write may well succeed.
   */
  public void recordFailure(StorageException failure) {
    if (failure.trouble() == StorageTrouble.BUSY) {
      return;
    }
    StorageException before = present.getAndSet(failure);
    if (before == null || before.trouble() != failure.trouble()) {
      log.warn("Writes fail: {}. Commands are refused until they succeed", failure.getMessage());
    }
  }
}
