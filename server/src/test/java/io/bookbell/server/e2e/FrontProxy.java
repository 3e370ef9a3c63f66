package io.bookbell.server.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A reverse proxy like those in front of real installations. It serves the server under a path, may
 * strip that path, and may require signing in at the proxy itself. Each request has its own
 * connection, copied by virtual threads.
 */
final class FrontProxy implements AutoCloseable {
  /** The cookie of somebody who has signed in at the proxy. */
  static final String PASS = "proxy_pass=yes";

  private static final int MAX_HEAD_LENGTH = 65_536;

  /** The response to somebody who hasn't signed in at the proxy. */
  enum Wall {
    NONE,
    REDIRECT,
    FORM
  }

  private final ServerSocket entrance;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile String strippedPath = "";
  private volatile Wall wall = Wall.NONE;
  private volatile int exit;

  FrontProxy() {
    try {
      entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + entrance.getLocalPort();
  }

  /** The proxy's sign-in page. It is on another origin, because the host name differs. */
  String signInUrl() {
    return "http://localhost:" + entrance.getLocalPort() + "/sign-in";
  }

  FrontProxy to(String serverUrl) {
    exit = URI.create(serverUrl).getPort();
    return this;
  }

  FrontProxy stripping(String path) {
    strippedPath = path;
    return this;
  }

  /**
   * Changes the response and closes all open connections, as a proxy does when its session expires.
   */
  void raise(Wall wanted) {
    wall = wanted;
    open.forEach(FrontProxy::end);
  }

  private void accept() {
    while (!entrance.isClosed()) {
      try {
        Socket browser = entrance.accept();
        open.add(browser);
        Thread.ofVirtual().start(() -> carry(browser));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void carry(Socket browser) {
    try (browser) {
      String head = head(browser.getInputStream());
      if (head.startsWith("GET /sign-in ")) {
        answer(browser, "200 OK", "Content-Type: text/html", "<h1 id=door>Sign in first</h1>");
      } else if (wall != Wall.NONE && !head.contains(PASS)) {
        if (wall == Wall.REDIRECT) {
          answer(browser, "302 Found", "Location: " + signInUrl(), "");
        } else {
          answer(browser, "200 OK", "Content-Type: text/html", "<h1 id=door>Sign in first</h1>");
        }
      } else if (!head.isEmpty()) {
        forward(browser, head);
      }
    } catch (IOException e) {
      // closed by the server or the browser
    } finally {
      open.remove(browser);
    }
  }

  private void forward(Socket browser, String head) throws IOException {
    try (var server = new Socket(InetAddress.getLoopbackAddress(), exit)) {
      boolean upgrades = head.toLowerCase(Locale.ROOT).contains("\r\nupgrade:");
      String single =
          upgrades
              ? head
              : head.replaceFirst("(?i)\r\nConnection: [^\r]*", "")
                  .replaceFirst("\r\n", "\r\nConnection: close\r\n");
      String passed = single.replaceFirst(" " + strippedPath + "/", " /");
      server.getOutputStream().write(passed.getBytes(ISO_8859_1));
      Thread up = Thread.ofVirtual().start(() -> pump(browser, server));
      pump(server, browser);
      end(browser);
      up.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // closed by either side
    }
  }

  private static String head(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    int lineFeeds = 0;
    while (lineFeeds < 2 && head.size() < MAX_HEAD_LENGTH) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.write(next);
      lineFeeds = next == '\n' ? lineFeeds + 1 : next == '\r' ? lineFeeds : 0;
    }
    return head.toString(ISO_8859_1);
  }

  private static void answer(Socket browser, String status, String header, String body)
      throws IOException {
    String answer =
        "HTTP/1.1 %s\r\n%s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            .formatted(status, header, body.length(), body);
    browser.getOutputStream().write(answer.getBytes(ISO_8859_1));
    browser.shutdownOutput();
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
    open.forEach(FrontProxy::end);
  }
}
