package io.bookbell.server.storage;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the last write went through, and if not, why. The log says when that changes.
 * Thread-safe.
 */
final class WriteHealth {
  private static final Logger log = LoggerFactory.getLogger(WriteHealth.class);

  private final AtomicReference<@Nullable StorageException> present = new AtomicReference<>();

  /** What keeps writes from going through; empty while they do. */
  Optional<StorageException> currentTrouble() {
    return Optional.ofNullable(present.get());
  }

  /** A write went through. */
  void recordSuccess() {
    if (present.get() != null && present.getAndSet(null) != null) {
      log.info("The database can be written again");
    }
  }

  /** A write failed. That others hold what it wanted says nothing about the next one. */
  void recordFailure(StorageException failure) {
    if (failure.trouble() == StorageTrouble.BUSY) {
      return;
    }
    StorageException before = present.getAndSet(failure);
    if (before == null || before.trouble() != failure.trouble()) {
      log.warn("Writes fail: {}. Commands are refused until they succeed", failure.getMessage());
    }
  }
}
