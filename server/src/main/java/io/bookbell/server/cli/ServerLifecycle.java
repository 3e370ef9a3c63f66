package io.bookbell.server.cli;

import io.bookbell.server.Bookbell;
import io.bookbell.server.storage.setup.OpenDatabase;
import java.util.concurrent.CountDownLatch;

/** Keeps the process of {@code serve} and {@code demo} running until it receives a signal. */
final class ServerLifecycle {
  private ServerLifecycle() {}

  /**
   * Blocks until the process ends. On SIGTERM or SIGINT, a shutdown hook closes the server first
   * and then the data it uses.
   */
  static void awaitShutdown(Bookbell bookbell, OpenDatabase data, CommandEnvironment around)
      throws InterruptedException {
    Thread hook =
        new Thread(
            () -> {
              bookbell.close();
              data.close();
              around.printLine("Bookbell has stopped");
            },
            "shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    new CountDownLatch(1).await(); // the shutdown hook ends the process
  }
}
