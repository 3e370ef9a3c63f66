package io.bookbell.server.resilience;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A TCP proxy between a node and a server that can be cut, stalled and delayed. Thread-safe;
 * virtual threads copy the bytes, two per connection.
 */
final class Wire implements AutoCloseable {
  private final ServerSocket entrance;
  private final int exit;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile Duration delay = Duration.ZERO;

  // guarded by this
  private boolean cut;
  private boolean stalled;
  private int generation;

  Wire(int exit) {
    this.exit = exit;
    try {
      this.entrance = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return entrance.getLocalPort();
  }

  /** Resets all connections, and new ones as soon as they are opened. */
  synchronized void cut() {
    cut = true;
    open.forEach(Wire::reset);
    notifyAll();
  }

  /** Makes connections half-open: they stay open, new ones are accepted, and no bytes pass. */
  synchronized void stall() {
    stalled = true;
  }

  /** Delays everything that passes, in each direction. */
  void delay(Duration each) {
    delay = each;
  }

  /** Lets bytes pass again; delayed bytes arrive. */
  synchronized void mend() {
    cut = false;
    stalled = false;
    delay = Duration.ZERO;
    notifyAll();
  }

  /** Like {@link #mend}, but existing connections stay half-open. */
  synchronized void mendForNewOnes() {
    generation++;
    mend();
  }

  private void accept() {
    while (!entrance.isClosed()) {
      try {
        Socket client = entrance.accept();
        Thread.ofVirtual().start(() -> carry(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void carry(Socket client) {
    open.add(client);
    int born = generation();
    try (client) {
      if (!awaitPassage(born)) {
        reset(client);
        return;
      }
      try (var server = new Socket(InetAddress.getLoopbackAddress(), exit)) {
        open.add(server);
        carry(client, server, born);
      }
    } catch (IOException e) {
      // the server is away, or one side has closed its connection
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(client);
    }
  }

  private void carry(Socket client, Socket server, int born) throws InterruptedException {
    Thread up = Thread.ofVirtual().start(() -> pump(client, server, born));
    pump(server, client, born);
    up.join();
    open.remove(server);
  }

  private void pump(Socket from, Socket to, int born) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[16_384];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        LockSupport.parkNanos(delay.toNanos());
        if (!awaitPassage(born)) {
          break;
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // closed by either side
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      reset(from);
      reset(to);
    }
  }

  private synchronized int generation() {
    return generation;
  }

  /** Waits while the wire is stalled. Returns false if it is cut. */
  private synchronized boolean awaitPassage(int born) throws InterruptedException {
    while ((stalled || born < generation) && !cut) {
      wait();
    }
    return !cut;
  }

  private static void reset(Socket socket) {
    try {
      if (!socket.isClosed()) {
        socket.setSoLinger(true, 0);
        socket.close();
      }
    } catch (IOException e) {
      // closed already
    }
  }

  @Override
  public void close() {
    try {
      entrance.close();
      cut();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
