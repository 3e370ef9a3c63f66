package io.bookbell.bench.fanout;

import io.bookbell.bench.process.Launched;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/**
 * The whole product on SQLite. Every connection belongs to a supporter with an account. To publish
 * a text, the creator changes the notice, which is stored before it is sent.
 */
final class BookbellServer extends Server {
  private BookbellServer(Launched launched) {
    super(launched);
  }

  /**
   * Starts it on a new data folder with supporters.
   *
   * @param home the folder of the launcher
   */
  static BookbellServer start(Path home, Path work, int supporters)
      throws IOException, InterruptedException, SQLException {
    return start(home, work, supporters, 0);
  }

  /**
   * Starts it on a new data folder with supporters and stored requests.
   *
   * @param home the folder of the launcher
   */
  static BookbellServer start(Path home, Path work, int supporters, int requests)
      throws IOException, InterruptedException, SQLException {
    Path launcher = home.resolve("bookbell");
    Path data = work.resolve("bookbell-" + System.nanoTime());
    Map<String, String> settings = Map.of("BOOKBELL_DATA", data.toString());
    Launched.serve(launcher, settings, work).close(); // creates the schema
    Population.lay(data, supporters);
    Population.layRequests(data, supporters, requests);
    return new BookbellServer(Launched.serve(launcher, settings, work));
  }

  @Override
  String name() {
    return "Bookbell";
  }

  @Override
  Greeting greeting() {
    return Greeting.FRAME;
  }

  @Override
  String path(int connection) {
    return "/api/book-requests/ws?user_id=" + Population.supporter(connection);
  }

  @Override
  String headers(int connection) {
    String token = Population.token(Population.supporter(connection));
    return "Authorization: Bearer " + token + "\r\n";
  }

  @Override
  HttpRequest.Builder publication(String text) {
    return as(Population.CREATOR, "/api/creators/" + Population.CREATOR)
        .method("PATCH", BodyPublishers.ofString("{\"notice\":\"" + text + "\"}"));
  }

  /** Returns an HTTP request with a user's session. */
  HttpRequest.Builder as(int user, String path) {
    return HttpRequest.newBuilder(uri(path))
        .header("Authorization", "Bearer " + Population.token(user))
        .header("Content-Type", "application/json");
  }
}
