package io.bookbell.server.support;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/**
 * A WebSocket of the JDK's client that keeps every frame it receives, and validates them against
 * the API description when they are read. Thread-safe.
 */
public final class TestSocket implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final List<String> frames = new CopyOnWriteArrayList<>();
  private final AtomicInteger checked = new AtomicInteger();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final CompletableFuture<String> reason = new CompletableFuture<>();
  private final WebSocket socket;
  private volatile boolean held = true;

  private TestSocket(URI address, Optional<String> token) {
    var builder = HTTP.newWebSocketBuilder().connectTimeout(TIMEOUT);
    token.ifPresent(value -> builder.header("Authorization", "Bearer " + value));
    this.socket =
        builder.buildAsync(address, new Listener()).orTimeout(20, TimeUnit.SECONDS).join();
  }

  static TestSocket open(TestClient client, long userId, Optional<String> since) {
    String position =
        since.map(text -> "&since=" + URLEncoder.encode(text, StandardCharsets.UTF_8)).orElse("");
    return at(client.url(), "user_id=" + userId + position, client.token());
  }

  /** Opens a WebSocket with a custom query. */
  public static TestSocket at(String url, String query, Optional<String> token) {
    String base = url.replaceFirst("^http", "ws");
    return new TestSocket(URI.create(base + "/api/book-requests/ws?" + query), token);
  }

  public void send(String text) {
    socket.sendText(text, true).join();
  }

  /** Returns all frames so far, unparsed. */
  public List<String> frames() {
    return List.copyOf(frames);
  }

  /** Returns all JSON frames so far. */
  public List<JsonNode> messages() {
    checkNewFrames();
    return frames.stream().filter(text -> text.startsWith("{")).map(TestSocket::json).toList();
  }

  /** Disables validation, for sockets that also receive another system's messages. */
  public TestSocket withoutCheck() {
    held = false;
    return this;
  }

  private void checkNewFrames() {
    if (!held) {
      return;
    }
    List<String> all = List.copyOf(frames);
    int unchecked = checked.getAndSet(all.size());
    all.stream().skip(unchecked).forEach(TestClient.CONTRACT::checkServerMessage);
  }

  /** Returns the sequence numbers of the messages so far, in the order received. */
  public List<Long> numbers() {
    return messages().stream()
        .filter(message -> message.has("seq"))
        .filter(message -> !isGreeting(message) && !isType(message, "pong"))
        .map(message -> message.get("seq").asLong())
        .toList();
  }

  private static boolean isGreeting(JsonNode message) {
    return isType(message, "initial_data") || isType(message, "resumed");
  }

  private static boolean isType(JsonNode message, String type) {
    return message.path("type").asText().equals(type);
  }

  /** Waits for the first matching message. */
  public JsonNode await(String what, Predicate<JsonNode> wanted) {
    Awaitility.await()
        .alias(what)
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> messages().stream().anyMatch(wanted));
    return messages().stream().filter(wanted).findFirst().orElseThrow();
  }

  public JsonNode await(String type) {
    return await(type, message -> isType(message, type));
  }

  /** Waits until the server has closed the connection, and returns the close code. */
  public int awaitClosed() {
    return closed.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** Waits until the server has closed the connection, and returns the reason. */
  public String closeReason() {
    awaitClosed();
    return reason.join();
  }

  public boolean isClosed() {
    return closed.isDone();
  }

  /** Drops the connection without a close frame, like a client that has lost its network. */
  public void abort() {
    socket.abort();
  }

  @Override
  public void close() {
    socket.abort();
    checkNewFrames();
  }

  private static JsonNode json(String text) {
    try {
      return Json.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder part = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        frames.add(part.toString());
        part.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int code, String text) {
      reason.complete(text);
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      reason.complete("");
      closed.complete(1006);
    }
  }
}
