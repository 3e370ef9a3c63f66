package io.bookbell.server.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy between a browser and a server, which can be cut. {@link #cut} and the other controls
 * are for the test's thread; the bytes are copied by virtual threads, two per connection.
 */
final class CutLink implements AutoCloseable {
  private static final int UNTIL_CUT = Integer.MAX_VALUE;
  private static final byte[] REFUSAL =
      "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private final ServerSocket entrance;
  private final int exit;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  private volatile Sockets sockets = Sockets.PASS;

  /** What requests contain that aren't forwarded: their connections are closed. */
  private volatile List<String> refused = List.of();

  /** How WebSockets are treated, to simulate proxies that don't support them. */
  enum Sockets {
    PASS,
    REFUSE,
    /** The handshake succeeds, but no frames are forwarded. */
    SWALLOW
  }

  /** The number of bytes that a WebSocket may still receive before it is cut. */
  private volatile int socketBudget = UNTIL_CUT;

  private CutLink(int exit) throws IOException {
    this.exit = exit;
    this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  static CutLink to(String url) {
    try {
      return new CutLink(URI.create(url).getPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The URL for the browser. */
  String url() {
    return "http://127.0.0.1:" + entrance.getLocalPort();
  }

  /** Closes all connections; new ones are closed immediately. */
  void cut() {
    cut = true;
    open.forEach(CutLink::end);
  }

  void mend() {
    cut = false;
  }

  /** Ends the cut, except that the next WebSocket is cut once it has received this many bytes. */
  void mendForOneSocketOf(int bytes) {
    socketBudget = bytes;
    mend();
  }

  /** Returns whether that WebSocket has been cut. */
  boolean hasCutSocket() {
    return socketBudget == UNTIL_CUT;
  }

  void treat(Sockets treatment) {
    sockets = treatment;
  }

  /** Refuses requests for these paths from now on, and cuts off what is open. */
  void refuse(String... paths) {
    refused = List.of(paths);
    open.forEach(CutLink::end);
  }

  private boolean isRefused(byte[] bytes, int length) {
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
    return refused.stream().anyMatch(text::contains);
  }

  private void accept() {
    while (!entrance.isClosed()) {
      try {
        Socket browser = entrance.accept();
        if (cut) {
          browser.close();
        } else {
          Thread.ofVirtual().start(() -> carry(browser));
        }
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void carry(Socket browser) {
    open.add(browser);
    try (browser;
        var server = new Socket(InetAddress.getLoopbackAddress(), exit)) {
      open.add(server);
      byte[] first = new byte[16_384];
      int length = browser.getInputStream().read(first);
      if (length < 0 || cut || isRefused(first, length)) {
        return;
      }
      boolean isSocket = new String(first, 0, length, StandardCharsets.UTF_8).contains("/ws?");
      if (isSocket && sockets == Sockets.REFUSE) {
        browser.getOutputStream().write(REFUSAL);
        return;
      }
      server.getOutputStream().write(first, 0, length);
      if (isSocket && sockets == Sockets.SWALLOW) {
        passHead(server, browser);
        browser.getInputStream().transferTo(OutputStream.nullOutputStream());
        return;
      }
      Thread up = Thread.ofVirtual().start(() -> pump(browser, server, false));
      pump(server, browser, isSocket);
      up.join();
    } catch (IOException e) {
      // closed by the server or the browser
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(browser);
    }
  }

  /** Forwards the handshake's response and nothing after it. */
  private static void passHead(Socket from, Socket to) throws IOException {
    int ends = 0;
    while (ends < 4) {
      int next = from.getInputStream().read();
      if (next < 0) {
        return;
      }
      to.getOutputStream().write(next);
      ends = next == '\r' || next == '\n' ? ends + 1 : 0;
    }
  }

  private void pump(Socket from, Socket to, boolean budgeted) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[16_384];
      int left = budgeted ? socketBudget : UNTIL_CUT;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (!budgeted && isRefused(buffer, read)) {
          break;
        }
        out.write(buffer, 0, Math.min(read, left));
        left = left == UNTIL_CUT ? left : left - read;
        if (left <= 0) {
          socketBudget = UNTIL_CUT;
          break;
        }
      }
    } catch (IOException e) {
      // closed by either side
    } finally {
      end(from);
      end(to);
    }
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    entrance.close();
    cut();
  }
}
