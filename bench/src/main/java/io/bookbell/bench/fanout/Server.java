package io.bookbell.bench.fanout;

import io.bookbell.bench.process.Launched;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;

/** A server under test, running in a process of its own. Thread-safe. */
abstract class Server implements AutoCloseable {
  private final Launched launched;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Server(Launched launched) {
    this.launched = launched;
  }

  /** How a server greets. */
  enum Greeting {
    /** Not at all: the handshake is enough. */
    NONE,
    /** With one frame. */
    FRAME,
    /** As Engine.IO 4, under Socket.IO: "0…" is answered by "40"; later "2" by "3". */
    ENGINE_IO
  }

  abstract String name();

  /** What a new connection hears before it counts as open. */
  abstract Greeting greeting();

  /** Where a connection opens. */
  abstract String path(int connection);

  /** Header lines beyond those of every handshake. */
  abstract String headers(int connection);

  /** The request that has a text sent to every connection. */
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

  /** The head of the request that opens a connection. */
  final String handshake(int connection) {
    return "GET "
        + path(connection)
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        + headers(connection)
        + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  /**
   * Has a text sent to every connection.
   *
   * @return completes when the server has taken it
   */
  final CompletableFuture<?> publish(String text) {
    return request(publication(text));
  }

  /**
   * Asks the server for something.
   *
   * @return the answer, which fails unless it is a success
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
