package io.bookbell.bench.commits;

import io.bookbell.bench.process.Launched;
import io.bookbell.server.config.Config;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A {@code serve} process of its own. */
final class Server implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final String host;
  private final Launched launched;

  private Server(Launched launched) {
    this.launched = launched;
    this.host = "127.0.0.1:" + launched.port();
  }

  static Server start(Path launcher, Path folder, Config.Storage storage, HttpClient http)
      throws IOException, InterruptedException {
    int port = Launched.freePort();
    List<String> command = List.of(launcher.toString(), "serve");
    Map<String, String> settings = settings(port, folder, storage);
    var server =
        new Server(Launched.start(command, settings, folder, folder.resolve("serve.log"), port));
    server.awaitReady(http, folder);
    return server;
  }

  private static Map<String, String> settings(int port, Path folder, Config.Storage storage) {
    String ownPort = Integer.toString(port);
    return switch (storage) {
      case Config.Storage.Sqlite(Path data) ->
          Map.of("BOOKBELL_PORT", ownPort, "BOOKBELL_DATA", data.toString());
      case Config.Storage.Postgres(String url, String user, String password) ->
          Map.of(
              "BOOKBELL_PORT", ownPort,
              "BOOKBELL_DATA", folder.toString(),
              "BOOKBELL_DATABASE_URL", url,
              "BOOKBELL_DATABASE_USER", user,
              "BOOKBELL_DATABASE_PASSWORD", password);
    };
  }

  private void awaitReady(HttpClient http, Path folder) throws IOException, InterruptedException {
    var ready = HttpRequest.newBuilder(URI.create("http://" + host + "/health/ready")).build();
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        if (http.send(ready, BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        if (!launched.process().isAlive() || System.nanoTime() > until) {
          close();
          throw new IOException("the server did not start: see serve.log in " + folder, e);
        }
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  @Override
  public void close() {
    launched.close();
  }
}
