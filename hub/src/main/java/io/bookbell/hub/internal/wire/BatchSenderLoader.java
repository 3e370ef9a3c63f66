package io.bookbell.hub.internal.wire;

import io.bookbell.hub.BatchSenderProvider;
import java.io.IOException;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a usable {@link BatchSenderProvider}. Done once, on its own thread, because linking native
 * calls takes too long for an event loop. Thread-safe.
 */
final class BatchSenderLoader {
  private static final Logger log = LoggerFactory.getLogger(BatchSenderLoader.class);

  private BatchSenderLoader() {}

  private static final class ProviderHolder {
    static final CompletableFuture<Optional<BatchSenderProvider>> PROVIDER =
        new CompletableFuture<>();

    static {
      Thread.ofPlatform()
          .daemon()
          .name("batch-sender")
          .start(() -> PROVIDER.complete(findUsable()));
    }
  }

  /**
   * Starts the search unless it has started already.
   *
   * @return completes with the provider; empty if there is none or it doesn't work here
   */
  static CompletableFuture<Optional<BatchSenderProvider>> findProvider() {
    return ProviderHolder.PROVIDER;
  }

  private static Optional<BatchSenderProvider> findUsable() {
    try {
      Optional<BatchSenderProvider> found =
          ServiceLoader.load(BatchSenderProvider.class, BatchSenderProvider.class.getClassLoader())
              .findFirst();
      if (found.isEmpty()) {
        log.info(
            "Each socket is written with its own system call: there is no BatchSenderProvider");
      }
      return found.filter(BatchSenderLoader::isUsable);
    } catch (ServiceConfigurationError | LinkageError e) {
      log.warn(
          "Each socket is written with its own system call: the module for batched sends cannot be"
              + " loaded",
          e);
      return Optional.empty();
    }
  }

  private static boolean isUsable(BatchSenderProvider provider) {
    try {
      provider.createSender(BatchedSocketWriter.MAX_WRITERS).close();
      log.info("Many sockets are written with one system call, through {}", provider);
      return true;
    } catch (IOException | RuntimeException | LinkageError e) {
      log.info(
          "Each socket is written with its own system call: no {} ({})", provider, e.getMessage());
      return false;
    }
  }
}
