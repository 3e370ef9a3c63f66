package io.bookbell.bench.attacks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The server under attack and the attack's deadline. Thread-safe.
 *
 * @param token session token of the user that attacks use
 * @param user that user's id
 * @param until deadline in terms of {@link System#nanoTime}
 */
record Target(int port, String token, int user, long until) {
  private static final int TIMEOUT_MILLIS = 10_000;

  /** What one connection of an attack does; repeated until the deadline. */
  @FunctionalInterface
  interface Assault {
    void run(Socket socket, int number) throws IOException, InterruptedException;
  }

  boolean isOver() {
    return System.nanoTime() > until;
  }

  /** Runs that many connections at once, and reconnects each when the server closes it. */
  void everyConnection(int connections, Assault assault) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int number = 0; number < connections; number++) {
        int own = number;
        threads.execute(() -> repeat(own, assault));
      }
    }
  }

  private void repeat(int number, Assault assault) {
    while (!isOver()) {
      try (var socket = new Socket()) {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
        assault.run(socket, number);
      } catch (IOException refused) {
        pause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.replace("\n", "\r\n").getBytes(ISO_8859_1));
  }

  /** Waits for data and discards what has arrived. */
  static void hear(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    if (in.read() < 0) {
      throw new IOException("closed");
    }
    in.skipNBytes(in.available());
  }

  /** Keeps the connection open until the deadline, discarding what arrives. */
  void hold(Socket socket) throws IOException {
    while (!isOver()) {
      hear(socket);
    }
  }
}
