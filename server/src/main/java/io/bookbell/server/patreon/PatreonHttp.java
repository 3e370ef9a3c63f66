package io.bookbell.server.patreon;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bookbell.server.config.ServerConfig.PatreonConfig;
import io.bookbell.server.json.Json;
import io.bookbell.server.membership.SourceException;
import io.bookbell.server.membership.SourceException.SourceProblem;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sends calls to Patreon and waits for the answers. When Patreon asks to wait, it waits a while and
 * repeats the call. Opens nothing before the first call. Thread-safe.
 */
final class PatreonHttp implements AutoCloseable {
  static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration CONNECTING = Duration.ofSeconds(5);
  private static final Duration DEFAULT_PAUSE = Duration.ofMillis(500);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(65);
  private static final int MAX_ATTEMPTS = 4;
  private static final int LARGEST_ANSWER = 16 << 20;
  private static final String USER_AGENT = "Bookbell (self-hosted book requests)";

  private static final Set<Integer> REFUSED_TOKEN = Set.of(401);
  private static final Set<Integer> REFUSED_GRANT = Set.of(400, 401);

  private final PatreonConfig config;
  private final ProxySelector proxies;
  private final Pauses pauses;
  private final Duration timeout;
  private @Nullable HttpClient client;

  /** Waits; only tests don't. */
  @FunctionalInterface
  interface Pauses {
    void pause(Duration time) throws InterruptedException;
  }

  /**
   * @param timeout how long a call may take
   */
  PatreonHttp(PatreonConfig config, ProxySelector proxies, Pauses pauses, Duration timeout) {
    this.config = config;
    this.proxies = proxies;
    this.pauses = pauses;
    this.timeout = timeout;
  }

  /** An access token isn't valid any more, or was never. */
  static final class UnauthorizedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnauthorizedException(String message) {
      super(message, null, false, false);
    }
  }

  static String encodeQuery(Map<String, String> parameters) {
    return parameters.entrySet().stream()
        .map(each -> encode(each.getKey()) + "=" + encode(each.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  /**
   * Reads a resource; empty if there is none.
   *
   * @throws UnauthorizedException if the token isn't valid
   */
  Optional<JsonNode> get(String path, Map<String, String> parameters, String token) {
    String query = parameters.isEmpty() ? "" : "?" + encodeQuery(parameters);
    return send(request(path + query, token).GET().build(), REFUSED_TOKEN);
  }

  Optional<JsonNode> sendJson(String method, String path, Object body, String token) {
    return send(
        request(path, token)
            .header("Content-Type", "application/json")
            .method(method, BodyPublishers.ofByteArray(Json.writeAsBytes(body)))
            .build(),
        REFUSED_TOKEN);
  }

  /** Sends a form without a token, as for getting one. */
  Optional<JsonNode> sendForm(String path, Map<String, String> form) {
    return send(
        HttpRequest.newBuilder(URI.create(config.url() + path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("User-Agent", USER_AGENT)
            .POST(BodyPublishers.ofString(encodeQuery(form)))
            .build(),
        REFUSED_GRANT);
  }

  private HttpRequest.Builder request(String pathAndQuery, String token) {
    return HttpRequest.newBuilder(URI.create(config.url() + pathAndQuery))
        .header("User-Agent", USER_AGENT)
        .header("Authorization", "Bearer " + token);
  }

  /**
   * @param refused the statuses that mean an invalid token or code
   */
  private Optional<JsonNode> send(HttpRequest request, Set<Integer> refused) {
    for (int attempt = 1; ; attempt++) {
      HttpResponse<byte[]> answer = sendOnce(request);
      boolean again = answer.statusCode() == 429 || answer.statusCode() >= 500;
      if (!again) {
        return read(answer, refused);
      }
      Duration asked = retryAfter(answer).orElse(DEFAULT_PAUSE.multipliedBy(attempt));
      if (attempt == MAX_ATTEMPTS || asked.compareTo(MAX_PAUSE) > 0) {
        throw new SourceException(
            answer.statusCode() == 429 ? SourceProblem.BUSY : SourceProblem.UNAVAILABLE,
            "Patreon answers " + answer.statusCode(),
            Optional.of(asked));
      }
      pause(asked);
    }
  }

  /** The time includes the body, which a request's own timeout doesn't. */
  private HttpResponse<byte[]> sendOnce(HttpRequest request) {
    var answer =
        httpClient()
            .sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new SourceException(SourceProblem.UNAVAILABLE, "Patreon takes too long to answer");
    } catch (ExecutionException e) {
      throw new SourceException(
          SourceProblem.UNAVAILABLE, "Patreon can't be reached: " + e.getCause());
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new SourceException(SourceProblem.UNAVAILABLE, "this server is closing");
    }
  }

  private void pause(Duration time) {
    try {
      pauses.pause(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SourceException(SourceProblem.UNAVAILABLE, "this server is closing");
    }
  }

  private static Optional<JsonNode> read(HttpResponse<byte[]> answer, Set<Integer> refused) {
    if (refused.contains(answer.statusCode())) {
      throw new UnauthorizedException("Patreon answers " + answer.statusCode());
    }
    return switch (answer.statusCode()) {
      case 200, 201 -> Optional.of(parse(answer.body()));
      case 202, 204 -> Optional.of(MissingNode.getInstance());
      case 404, 410 -> Optional.empty();
      default ->
          throw new SourceException(
              SourceProblem.UNAVAILABLE, "Patreon answers " + answer.statusCode());
    };
  }

  private static JsonNode parse(byte[] body) {
    try {
      return Json.readTree(body);
    } catch (IOException e) {
      throw new SourceException(SourceProblem.UNAVAILABLE, "Patreon's answer isn't JSON");
    }
  }

  /** The time in the first error of the answer, or in its header. */
  private static Optional<Duration> retryAfter(HttpResponse<byte[]> answer) {
    try {
      JsonNode seconds =
          Json.readTree(answer.body()).path("errors").path(0).path("retry_after_seconds");
      if (seconds.isNumber()) {
        return Optional.of(Duration.ofMillis(Math.round(seconds.asDouble() * 1000)));
      }
    } catch (IOException e) {
      // an answer of a proxy; the header may still tell
    }
    return answer
        .headers()
        .firstValue("Retry-After")
        .filter(text -> text.matches("\\d{1,6}"))
        .map(text -> Duration.ofSeconds(Long.parseLong(text)));
  }

  private synchronized HttpClient httpClient() {
    HttpClient made = client;
    if (made == null) {
      made =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(CONNECTING)
              .followRedirects(HttpClient.Redirect.NEVER)
              .proxy(proxies)
              .build();
      client = made;
    }
    return made;
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.shutdownNow();
    }
  }
}
