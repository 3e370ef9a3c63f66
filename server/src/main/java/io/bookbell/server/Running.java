package io.bookbell.server;

import io.bookbell.server.storage.StoredData;
import java.util.concurrent.CountDownLatch;

/** A server under a command: runs until the process is told to end, then goes down in order. */
final class Running {
  private Running() {}

  /** Waits for SIGTERM or SIGINT, and has server and data closed before the process ends. */
  static void untilTold(Bookbell bookbell, StoredData data) throws InterruptedException {
    Thread hook =
        new Thread(
            () -> {
              bookbell.close();
              data.close();
            },
            "going-down");
    Runtime.getRuntime().addShutdownHook(hook);
    new CountDownLatch(1).await();
  }
}
