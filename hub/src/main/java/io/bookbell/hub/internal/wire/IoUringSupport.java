package io.bookbell.hub.internal.wire;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this process can use {@link IoUringSender}. Tested once, on its own thread, because
 * linking the native calls takes too long for an event loop. Thread-safe.
 */
final class IoUringSupport {
  private static final Logger log = LoggerFactory.getLogger(IoUringSupport.class);

  private IoUringSupport() {}

  private static final class UsabilityHolder {
    static final CompletableFuture<Boolean> USABLE = new CompletableFuture<>();

    static {
      Thread.ofPlatform().daemon().name("io-uring").start(() -> USABLE.complete(testUsability()));
    }
  }

  /**
   * Starts the test unless it has started already.
   *
   * @return completes with whether io_uring is usable
   */
  static CompletableFuture<Boolean> checkUsability() {
    return UsabilityHolder.USABLE;
  }

  private static boolean testUsability() {
    try {
      if (!LinuxSyscalls.isSupported()) {
        throw new IOException("this is not Linux on amd64 or aarch64");
      }
      new IoUringSender().close();
      log.info("What goes to many connections leaves through io_uring");
      return true;
    } catch (IOException | RuntimeException | LinkageError e) {
      log.info("What goes to many connections leaves one by one: no io_uring ({})", e.getMessage());
      return false;
    }
  }
}
