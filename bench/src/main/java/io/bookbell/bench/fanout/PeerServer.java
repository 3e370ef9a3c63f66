package io.bookbell.bench.fanout;

import io.bookbell.bench.process.Launched;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Map;

/**
 * One of the small servers in {@code bench/peers}, which send the body of {@code POST /publish} to
 * all WebSockets.
 */
final class PeerServer extends Server {
  private final Peer peer;

  private PeerServer(Peer peer, Launched launched) {
    super(launched);
    this.peer = peer;
  }

  /**
   * Starts it.
   *
   * @param folder the folder of the peers
   * @param work the folder for its output
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
  String name() {
    return peer.title();
  }

  @Override
  Greeting greeting() {
    return peer.greeting();
  }

  @Override
  String path(int connection) {
    return peer.path();
  }

  @Override
  String headers(int connection) {
    return "";
  }

  @Override
  HttpRequest.Builder publication(String text) {
    return HttpRequest.newBuilder(uri("/publish")).POST(BodyPublishers.ofString(message(text)));
  }

  /** The same message that Bookbell sends for a notice. */
  private static String message(String text) {
    return "{\"type\":\"creator_update\",\"creator\":{\"id\":1,\"name\":\"Bench\",\"accepting\":true,"
        + "\"notice\":\""
        + text
        + "\",\"version\":1}}";
  }
}
