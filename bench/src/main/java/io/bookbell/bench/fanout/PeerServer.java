package io.bookbell.bench.fanout;

import io.bookbell.bench.process.Launched;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * One of the small servers in {@code bench/peers}: it sends the body of {@code POST /publish} to
 * everyone at its WebSocket.
 */
final class PeerServer implements Server {
  private final Peer peer;
  private final Launched launched;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private PeerServer(Peer peer, Launched launched) {
    this.peer = peer;
    this.launched = launched;
  }

  /**
   * Starts it.
   *
   * @param folder where the peers are
   * @param work for what it writes
   */
  static PeerServer start(Peer peer, Path folder, Path work)
      throws IOException, InterruptedException {
    int port = Launched.freePort();
    Path log = work.resolve(peer.title() + ".log");
    var command = peer.command(folder, work, port);
    return new PeerServer(
        peer, Launched.start(command, Map.of("PORT", "" + port), folder, log, port));
  }

  @Override
  public String name() {
    return peer.title();
  }

  @Override
  public ProcessHandle process() {
    return launched.process().toHandle();
  }

  @Override
  public int port() {
    return launched.port();
  }

  @Override
  public Greeting greeting() {
    return peer.greeting();
  }

  @Override
  public String handshake(int connection) {
    return "GET "
        + peer.path()
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  @Override
  public CompletableFuture<?> publish(String text) {
    URI uri = URI.create("http://127.0.0.1:" + port() + "/publish");
    HttpRequest request =
        HttpRequest.newBuilder(uri).POST(BodyPublishers.ofString(message(text))).build();
    return http.sendAsync(request, BodyHandlers.discarding()).thenApply(PeerServer::checked);
  }

  /** As Bookbell tells of a notice. */
  private static String message(String text) {
    return "{\"type\":\"creator_update\",\"creator\":{\"id\":1,\"name\":\"Bench\",\"accepting\":true,"
        + "\"notice\":\""
        + text
        + "\",\"version\":1}}";
  }

  private static HttpResponse<Void> checked(HttpResponse<Void> answer) {
    if (answer.statusCode() >= 300) {
      throw new IllegalStateException("publishing was answered " + answer.statusCode());
    }
    return answer;
  }

  @Override
  public void close() {
    http.close();
    launched.close();
  }
}
