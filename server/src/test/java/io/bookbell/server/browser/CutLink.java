package io.bookbell.server.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The way between a browser and a server, which can be cut. {@link #cut} and its like are for the
 * test's thread; the bytes are carried by virtual threads, two for each connection.
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

  /** What becomes of WebSockets on the way: as with proxies that do not know them. */
  enum Sockets {
    PASS,
    REFUSE,
    /** They open, and nothing comes through. */
    SWALLOW
  }

  /** How much a WebSocket may still bring down before it is cut. */
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

  /** Where the browser is to go. */
  String url() {
    return "http://127.0.0.1:" + entrance.getLocalPort();
  }

  /** Ends all connections; new ones end at once. */
  void cut() {
    cut = true;
    open.forEach(CutLink::end);
  }

  void mend() {
    cut = false;
  }

  /** Mends it for all but the next WebSocket, which is cut when it has brought so many bytes. */
  void mendForOneSocketOf(int bytes) {
    socketBudget = bytes;
    mend();
  }

  /** Whether the WebSocket that was to be cut has been. */
  boolean hasCutSocket() {
    return socketBudget == UNTIL_CUT;
  }

  void treat(Sockets treatment) {
    sockets = treatment;
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
      if (length < 0 || cut) {
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
      // the server or the browser has left
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(browser);
    }
  }

  /** The answer to the upgrade, and nothing behind it. */
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
        out.write(buffer, 0, Math.min(read, left));
        left = left == UNTIL_CUT ? left : left - read;
        if (left <= 0) {
          socketBudget = UNTIL_CUT;
          break;
        }
      }
    } catch (IOException e) {
      // ended by either side
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
