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
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The whole product on SQLite: every connection is that of a supporter with an account, and a text
 * is the creator's notice, stored before it is sent.
 */
final class BookbellServer implements Server {
  private final Launched launched;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private BookbellServer(Launched launched) {
    this.launched = launched;
  }

  /**
   * Starts it on a new data folder with so many supporters.
   *
   * @param home where the launcher is
   */
  static BookbellServer start(Path home, Path work, int supporters)
      throws IOException, InterruptedException, SQLException {
    Path data = work.resolve("bookbell-" + System.nanoTime());
    serve(home, work, data).close(); // makes the schema
    Population.lay(data, supporters);
    return new BookbellServer(serve(home, work, data));
  }

  private static Launched serve(Path home, Path work, Path data)
      throws IOException, InterruptedException {
    int port = Launched.freePort();
    return Launched.start(
        List.of(home.resolve("bookbell").toString(), "serve"),
        Map.of("BOOKBELL_DATA", data.toString(), "BOOKBELL_PORT", "" + port),
        work,
        work.resolve("Bookbell.log"),
        port);
  }

  @Override
  public String name() {
    return "Bookbell";
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
    return Greeting.FRAME;
  }

  @Override
  public String handshake(int connection) {
    int user = Population.supporter(connection);
    return "GET /api/book-requests/ws?user_id="
        + user
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
        + Population.token(user)
        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  @Override
  public CompletableFuture<?> publish(String text) {
    URI uri = URI.create("http://127.0.0.1:" + port() + "/api/creators/" + Population.CREATOR);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Authorization", "Bearer " + Population.token(Population.CREATOR))
            .header("Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString("{\"notice\":\"" + text + "\"}"))
            .build();
    return http.sendAsync(request, BodyHandlers.ofString()).thenApply(BookbellServer::checked);
  }

  private static HttpResponse<String> checked(HttpResponse<String> answer) {
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("a notice was answered: " + answer.body());
    }
    return answer;
  }

  @Override
  public void close() {
    http.close();
    launched.close();
  }
}
