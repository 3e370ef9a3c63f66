package io.bookbell.bench.start;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookbell.bench.process.Launched;
import io.bookbell.bench.process.Processes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that was started as a child process. For one thread. */
final class Served implements AutoCloseable {
  private static final byte[] QUESTION =
      "GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
          .getBytes(US_ASCII);
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int BETWEEN_LOOKS_MILLIS = 1;

  private final Process process;
  private final int port;
  private final long begun;

  private Served(Process process, int port, long begun) {
    this.process = process;
    this.port = port;
    this.begun = begun;
  }

  static Served start(Path launcher, Path data, String command) throws IOException {
    int port = Launched.freePort();
    var builder =
        new ProcessBuilder(launcher.toString(), command)
            .redirectErrorStream(true)
            .redirectOutput(data.resolve("said").toFile());
    builder.environment().put("BOOKBELL_DATA", data.toString());
    builder.environment().put("BOOKBELL_PORT", Integer.toString(port));
    long begun = System.nanoTime();
    return new Served(builder.start(), port, begun);
  }

  /** Waits for the first 200 and returns the time since the process was started. */
  Duration ready() throws IOException, InterruptedException, TimeoutException {
    while (!isReady()) {
      if (!process.isAlive()) {
        throw new IOException("The server ended with " + process.exitValue());
      }
      if (since().compareTo(TIMEOUT) > 0) {
        throw new TimeoutException("The server is not ready after " + TIMEOUT);
      }
      Thread.sleep(BETWEEN_LOOKS_MILLIS);
    }
    return since();
  }

  private Duration since() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private boolean isReady() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.getOutputStream().write(QUESTION);
      String answer = new String(socket.getInputStream().readNBytes(12), US_ASCII);
      return answer.equals("HTTP/1.1 200");
    } catch (IOException e) {
      return false; // not listening yet
    }
  }

  /** The CPU time used so far, over all threads. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** The resident memory, including mapped files, in KiB. */
  long residentKilobytes() {
    return Processes.residentKib(process.toHandle());
  }

  /**
   * The part of the resident memory that is mapped from files, most of it the class data archive,
   * in KiB.
   */
  long mappedKilobytes() {
    return Processes.mappedKib(process.toHandle());
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
