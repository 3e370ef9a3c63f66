package io.bookbell.server;

import io.bookbell.server.storage.OpenDatabase;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a server running until the process is asked to terminate, then shuts it down in order. */
final class ServerLifecycle {
  private static final Logger log = LoggerFactory.getLogger(ServerLifecycle.class);
  private static final int SECONDS_TO_SETTLE = 10;

  private ServerLifecycle() {}

  /** Waits for SIGTERM or SIGINT. A shutdown hook closes the server and then the database. */
  static void awaitShutdown(Bookbell bookbell, OpenDatabase data) throws InterruptedException {
    Thread hook =
        new Thread(
            () -> {
              bookbell.close();
              data.close();
            },
            "going-down");
    Runtime.getRuntime().addShutdownHook(hook);
    TimeUnit.SECONDS.sleep(SECONDS_TO_SETTLE);
    while (true) {
      releaseClassCache();
      TimeUnit.MINUTES.sleep(1);
    }
  }

  private static void releaseClassCache() {
    try {
      ClassCache.releaseMappings();
    } catch (IOException | RuntimeException e) {
      log.debug("Unused memory could not be released", e);
    }
  }
}
