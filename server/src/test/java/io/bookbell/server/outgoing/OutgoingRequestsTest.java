package io.bookbell.server.outgoing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.network.EnvironmentProxies;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutgoingRequestsTest {
  private final Vertx vertx = Vertx.vertx();
  private final List<String> received = new CopyOnWriteArrayList<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          received.add(exchange.getRequestURI() + " " + body);
          String path = exchange.getRequestURI().getPath();
          byte[] answer = path.equals("/long") ? new byte[200_000] : "fi\u0000ne\n".getBytes(UTF_8);
          exchange.getResponseHeaders().add("Retry-After", "7");
          exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1/");
          int status = path.startsWith("/status/") ? Integer.parseInt(path.substring(8)) : 200;
          exchange.sendResponseHeaders(status, answer.length);
          try (var out = exchange.getResponseBody()) {
            out.write(answer);
          } catch (IOException e) {
            // the client has read enough
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    vertx.close().await();
  }

  private OutgoingRequests requests(boolean allowsPrivate, Map<String, String> environment) {
    return new OutgoingRequests(vertx, new EnvironmentProxies(environment), allowsPrivate);
  }

  private URI url(String path) {
    return URI.create("http://localhost:" + server.getAddress().getPort() + path);
  }

  @Test
  void aBodyArrivesAndTheResponseIsRead() throws Exception {
    OutgoingResponse response =
        requests(true, Map.of()).post(url("/hook?a=b"), Map.of("X-Test", "1"), "é".getBytes(UTF_8));

    assertThat(received).containsExactly("/hook?a=b é");
    assertThat(response)
        .isEqualTo(new OutgoingResponse(200, Optional.of(Duration.ofSeconds(7)), "fi ne"));
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    OutgoingResponse response =
        requests(true, Map.of()).post(url("/status/302"), Map.of(), new byte[0]);

    assertThat(response.isRedirect()).isTrue();
    assertThat(received).hasSize(1);
  }

  @Test
  void aLongResponseIsCutOff() throws Exception {
    OutgoingResponse response = requests(true, Map.of()).post(url("/long"), Map.of(), new byte[0]);

    assertThat(response.isSuccess()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:%d/",
        "http://127.0.0.1:%d/",
        "http://[::1]:%d/",
        "http://[::ffff:127.0.0.1]:%d/",
        "http://2130706433:%d/",
        "http://127.1:%d/",
        "http://0.0.0.0:%d/",
        "http://169.254.169.254:%d/latest/meta-data"
      })
  void aPrivateAddressIsRefusedInEveryForm(String url) {
    URI target = URI.create(url.formatted(server.getAddress().getPort()));

    assertThatThrownBy(() -> requests(false, Map.of()).post(target, Map.of(), new byte[0]))
        .isInstanceOf(IOException.class);
    assertThat(received).isEmpty();
  }

  @Test
  void aProxyIsUsed() throws Exception {
    String proxy = "http://127.0.0.1:" + server.getAddress().getPort();
    URI target = URI.create("http://hooks.invalid.localhost/x");

    OutgoingResponse response =
        requests(true, Map.of("HTTP_PROXY", proxy)).post(target, Map.of(), new byte[0]);

    assertThat(response.isSuccess()).isTrue();
    assertThat(received).containsExactly("http://hooks.invalid.localhost/x ");
  }

  @Test
  void nobodyThereIsAnError() {
    server.stop(0);

    assertThatThrownBy(() -> requests(true, Map.of()).post(url("/"), Map.of(), new byte[0]))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aResponseThatNeverEndsIsGivenUp() throws Exception {
    try (var endless = new EndlessServer()) {
      var requests =
          new OutgoingRequests(
              vertx, new EnvironmentProxies(Map.of()), true, Duration.ofMillis(300));

      assertThatThrownBy(() -> requests.post(endless.url(), Map.of(), new byte[0]))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no complete answer");
      await().until(endless::isLeft);
    }
  }

  /** As when an attempt has taken too long, or the server is closed. */
  @Test
  void aCallThatIsInterruptedEnds() throws Exception {
    try (var endless = new EndlessServer()) {
      OutgoingRequests requests = requests(true, Map.of());
      Thread caller =
          Thread.startVirtualThread(
              () -> {
                try {
                  requests.post(endless.url(), Map.of(), new byte[0]);
                } catch (IOException | InterruptedException e) {
                  // it ends
                }
              });
      await().until(endless::isReached);
      caller.interrupt();

      await().until(endless::isLeft);
    }
  }

  /** A server whose response has begun, and doesn't end. */
  private static final class EndlessServer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);

    EndlessServer() throws IOException {
      Thread.startVirtualThread(this::answer);
    }

    private void answer() {
      try (Socket client = socket.accept()) {
        client
            .getOutputStream()
            .write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n.".getBytes(UTF_8));
        reached.countDown();
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        // the client has reset the connection
      }
      left.countDown();
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
    }

    boolean isReached() {
      return reached.getCount() == 0;
    }

    boolean isLeft() {
      return left.getCount() == 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
