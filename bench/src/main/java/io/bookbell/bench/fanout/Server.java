package io.bookbell.bench.fanout;

import io.bookbell.bench.process.Launched;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** A server under test, running as a child process. Thread-safe. */
abstract class Server implements AutoCloseable {
  static {
    // In seconds. Otherwise a text may be sent on an idle connection that the server is closing.
    System.setProperty("jdk.httpclient.keepalive.timeout", "2");
  }

  private final Launched launched;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Server(Launched launched) {
    this.launched = launched;
  }

  /** What a server sends first on a new connection. */
  enum Greeting {
    /** Nothing; the connection is open after the handshake. */
    NONE,
    /** One frame. */
    FRAME,
    /**
     * The Engine.IO 4 protocol under Socket.IO: the client answers "0…" with "40", and later each
     * "2" with "3".
     */
    ENGINE_IO
  }

  abstract String name();

  /** What a new connection has to receive before it counts as open. */
  abstract Greeting greeting();

  /** The path and query of a connection's handshake. */
  abstract String path(int connection);

  /** Additional header lines of a connection's handshake. */
  abstract String headers(int connection);

  /** The HTTP request that sends a text to every connection. */
  abstract HttpRequest.Builder publication(String text);

  final ProcessHandle process() {
    return launched.process().toHandle();
  }

  final int port() {
    return launched.port();
  }

  final URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  /** Returns the request head of a connection's handshake. */
  final String handshake(int connection) {
    return "GET "
        + path(connection)
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        + headers(connection)
        + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  /** Returns the head of a connection's request without an upgrade. */
  final String request(int connection, String pathAndQuery) {
    return "GET "
        + pathAndQuery
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        + headers(connection)
        + "\r\n";
  }

  /**
   * Sends a text to every connection.
   *
   * @return completes when the server has accepted it
   */
  final CompletableFuture<?> publish(String text) {
    return request(publication(text));
  }

  /**
   * Sends an HTTP request.
   *
   * @return the response; fails unless its status is 2xx
   */
  final CompletableFuture<HttpResponse<String>> request(HttpRequest.Builder request) {
    return http.sendAsync(request.build(), BodyHandlers.ofString()).thenApply(Server::checked);
  }

  private static HttpResponse<String> checked(HttpResponse<String> answer) {
    if (answer.statusCode() / 100 != 2) {
      throw new IllegalStateException(
          answer.request().uri() + " was answered " + answer.statusCode() + " " + answer.body());
    }
    return answer;
  }

  @Override
  public final void close() {
    http.close();
    launched.close();
  }
}
