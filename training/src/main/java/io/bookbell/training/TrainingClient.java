package io.bookbell.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** A signed-in user of the local server. For one thread. */
final class TrainingClient {
  static final JsonMapper JSON = JsonMapper.builder().build();

  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int MAX_ATTEMPTS = 4;

  private final HttpClient http;
  private final URI server;
  private final String authorization;
  private final long userId;

  private TrainingClient(HttpClient http, URI server, JsonNode session) {
    this.http = http;
    this.server = server;
    this.authorization = "Bearer " + session.required("token").asText();
    this.userId = session.required("user").required("id").asLong();
  }

  static TrainingClient signIn(HttpClient http, URI server, String email, String password)
      throws IOException, InterruptedException {
    HttpRequest login =
        createRequest(server, "/api/auth/login")
            .POST(toJson(Map.of("email", email, "password", password)))
            .build();
    return new TrainingClient(http, server, JSON.readTree(send(http, login)));
  }

  long userId() {
    return userId;
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return JSON.readTree(send(http, createRequest(path).build()));
  }

  /** Fetches a path as browsers do, compressed, and discards the body. */
  void fetchCompressed(String path) throws IOException, InterruptedException {
    send(http, createRequest(path).header("Accept-Encoding", "gzip").build());
  }

  JsonNode post(String path, Map<String, ?> body) throws IOException, InterruptedException {
    return JSON.readTree(send(http, createRequest(path).POST(toJson(body)).build()));
  }

  /**
   * Opens a WebSocket and waits for its first message. Java's client never hands over about one in
   * a thousand long messages that arrive together with the handshake; then another one is opened.
   */
  TrainingSocket openWebSocket() throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      TrainingSocket socket = connect();
      try {
        socket.awaitMessage("initial_data", TIMEOUT.dividedBy(MAX_ATTEMPTS));
        return socket;
      } catch (IOException | InterruptedException e) {
        socket.close();
        if (attempt == MAX_ATTEMPTS || e instanceof InterruptedException) {
          throw e;
        }
      }
    }
  }

  private TrainingSocket connect() throws IOException {
    var socket = new TrainingSocket(TIMEOUT);
    URI address =
        URI.create("ws" + server.toString().substring("http".length()))
            .resolve("/api/book-requests/ws?user_id=" + userId);
    try {
      http.newWebSocketBuilder()
          .connectTimeout(TIMEOUT)
          .header("Authorization", authorization)
          .buildAsync(address, socket)
          .join();
    } catch (CompletionException e) {
      throw new IOException("The WebSocket of user " + userId + " could not be opened", e);
    }
    return socket;
  }

  private HttpRequest.Builder createRequest(String path) {
    return createRequest(server, path).header("Authorization", authorization);
  }

  private static HttpRequest.Builder createRequest(URI server, String path) {
    return HttpRequest.newBuilder(server.resolve(path))
        .timeout(TIMEOUT)
        .header("Content-Type", "application/json");
  }

  private static HttpRequest.BodyPublisher toJson(Map<String, ?> body) throws IOException {
    return BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
  }

  private static byte[] send(HttpClient http, HttpRequest request)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          "%s %s got the response %d: %s"
              .formatted(
                  request.method(),
                  request.uri(),
                  response.statusCode(),
                  new String(response.body(), UTF_8)));
    }
    return response.body();
  }
}
