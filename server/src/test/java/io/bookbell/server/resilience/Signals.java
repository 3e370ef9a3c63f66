package io.bookbell.server.resilience;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals and other requests to processes that Java's API doesn't offer. */
final class Signals {
  private Signals() {}

  /** Sends SIGSTOP: the process stops running, but its sockets stay open. */
  static void pause(long pid) {
    send("STOP", pid);
  }

  static void goOn(long pid) {
    send("CONT", pid);
  }

  private static void send(String signal, long pid) {
    try {
      int exit = new ProcessBuilder("kill", "-" + signal, "" + pid).inheritIO().start().waitFor();
      if (exit != 0 && ProcessHandle.of(pid).isPresent()) { // it may have ended by itself
        throw new IllegalStateException("kill -" + signal + " " + pid + " ended with " + exit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
