package io.bookbell.server.support;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bookbell.server.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A stand-in for Open Library, which responds as its documentation says or misbehaves. Thread-safe.
 */
public final class StandInLibrary implements AutoCloseable {
  public static final int COVER = 10618463;

  /** A book as the search documentation shows it, with one field more than the client asks for. */
  private static final String DARKNESS =
      """
      {"key":"/works/OL59800W","title":"The Left Hand of Darkness","author_name":["Ursula K. Le Guin"],
       "first_publish_year":1969,"cover_i":10618463,"edition_count":152,
       "isbn":["0441478123","9780441478125","9780441478124"]}
      """;

  private static final String EMMA =
      """
      {"key":"/works/OL66554W","title":"Emma","author_name":["Jane Austen"],"first_publish_year":1815}
      """;

  /** A book that isn't in the demo data. */
  private static final String LANTERN =
      """
      {"key":"/works/OL1W","title":"The Lantern Keeper","author_name":["Mira Solberg"],
       "first_publish_year":1931,"cover_i":10618463,"isbn":["9780441478125"]}
      """;

  private static final byte[] PIXEL =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<String> searches = new CopyOnWriteArrayList<>();
  private final List<String> agents = new CopyOnWriteArrayList<>();
  private final List<String> covers = new CopyOnWriteArrayList<>();
  private volatile Mood mood = Mood.WELL;

  public enum Mood {
    WELL,
    TOO_BUSY,
    GARBAGE,
    SILENT
  }

  public StandInLibrary() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/search.json", this::search);
    server.createContext("/b/id/", this::cover);
    server.setExecutor(threads);
    server.start();
  }

  public ServerConfig.CatalogueConfig address() {
    return new ServerConfig.CatalogueConfig(
        "http://localhost:" + server.getAddress().getPort(), Optional.of("ada@example.org"));
  }

  public void is(Mood other) {
    mood = other;
  }

  /** The search queries received, decoded. */
  public List<String> searches() {
    return List.copyOf(searches);
  }

  /** The paths of the covers requested. */
  public List<String> covers() {
    return List.copyOf(covers);
  }

  /** The user agents of the searches. */
  public List<String> agents() {
    return List.copyOf(agents);
  }

  private void search(HttpExchange exchange) throws IOException {
    String query = URLDecoder.decode(exchange.getRequestURI().getRawQuery(), UTF_8);
    searches.add(query.split("&", 2)[0]);
    agents.add(exchange.getRequestHeaders().getFirst("User-Agent"));
    switch (mood) {
      case WELL -> json(exchange, 200, found(query.toLowerCase(Locale.ROOT)));
      case TOO_BUSY -> {
        exchange.getResponseHeaders().add("Retry-After", "60");
        json(exchange, 429, "{\"error\":\"Too many requests\"}");
      }
      case GARBAGE -> json(exchange, 200, "<html>Service temporarily odd</html>");
      case SILENT -> silence();
    }
  }

  private static String found(String query) {
    boolean darkness = query.contains("dark") || query.contains("9780441478125");
    String docs =
        query.contains("emma")
            ? EMMA
            : query.contains("lantern") ? LANTERN : darkness ? DARKNESS : "";
    return "{\"numFound\":%d,\"start\":0,\"docs\":[%s]}".formatted(docs.isEmpty() ? 0 : 1, docs);
  }

  private void cover(HttpExchange exchange) throws IOException {
    covers.add(exchange.getRequestURI().getPath());
    switch (mood) {
      case WELL -> {
        boolean known = exchange.getRequestURI().getPath().contains("/" + COVER + "-");
        exchange.getResponseHeaders().add("Content-Type", "image/jpeg");
        answer(exchange, known ? 200 : 404, known ? PIXEL : "not found".getBytes(UTF_8));
      }
      case TOO_BUSY -> json(exchange, 429, "{}");
      case GARBAGE -> answer(exchange, 200, "<svg onload='alert(1)'/>".getBytes(UTF_8));
      case SILENT -> silence();
    }
  }

  private void silence() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void json(HttpExchange exchange, int status, String body) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    answer(exchange, status, body.getBytes(UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length);
    try (var out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /** Stops the server, so that connections are refused. */
  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
