package io.bookbell.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A child process that listens on a port once it is ready. Thread-safe. */
public record Launched(Process process, int port) implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /**
   * Starts a process and waits until its port accepts connections.
   *
   * @param log the file for its output
   */
  public static Launched start(
      List<String> command, Map<String, String> environment, Path folder, Path log, int port)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    var launched = new Launched(builder.start(), port);
    launched.awaitPort(command, log);
    return launched;
  }

  /**
   * Starts Bookbell and waits until it is ready; it opens its port last.
   *
   * @param settings environment variables in addition to the port
   * @param work the working directory, where its output is written
   */
  public static Launched serve(Path launcher, Map<String, String> settings, Path work)
      throws IOException, InterruptedException {
    int port = freePort();
    Map<String, String> all = new HashMap<>(settings);
    all.put("BOOKBELL_PORT", Integer.toString(port));
    all.put("BOOKBELL_RATE_LIMITS", "false");
    List<String> command = List.of(launcher.toString(), "serve");
    return start(command, all, work, work.resolve("Bookbell.log"), port);
  }

  /** Returns a port that is currently free. */
  public static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitPort(List<String> command, Path log) throws InterruptedException {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (!listens()) {
      if (!process.isAlive() || System.nanoTime() > until) {
        close();
        throw new IllegalStateException(command + " does not listen; see " + log);
      }
      Thread.sleep(50);
    }
  }

  private boolean listens() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public void close() {
    process.toHandle().descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
