package io.bookbell.server.crash;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.UserId;
import io.bookbell.server.web.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A client that means to miss nothing: whatever happens to its socket, it comes back with the
 * {@code since} it stands at, and complains of every number that is not the next. Thread-safe.
 */
final class Follower implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int LONGEST_PAUSE_MILLIS = 200;

  private final HttpClient http;
  private final UserId user;
  private final String token;
  private final Supplier<String> url;

  // What follows is guarded by this.
  private final List<JsonNode> received = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private String epoch;
  private long position;
  private int snapshots;
  private int resumptions;
  private WebSocket socket;
  private boolean done;

  /**
   * Connects, and goes on doing so.
   *
   * @param url where the server is at present
   */
  Follower(HttpClient http, UserId user, String token, Supplier<String> url) {
    this.http = http;
    this.user = user;
    this.token = token;
    this.url = url;
    connect();
  }

  private void connect() {
    var _ =
        http.newWebSocketBuilder()
            .connectTimeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .buildAsync(address(), new Listener())
            .whenComplete(
                (opened, failure) -> {
                  if (failure != null) {
                    comeBack();
                  } else {
                    keep(opened);
                  }
                });
  }

  private synchronized URI address() {
    String since =
        epoch == null
            ? ""
            : "&since=" + URLEncoder.encode(epoch + ":" + position, StandardCharsets.UTF_8);
    String base = url.get().replaceFirst("^http", "ws");
    return URI.create(base + "/api/book-requests/ws?user_id=" + user.value() + since);
  }

  private synchronized void keep(WebSocket opened) {
    socket = opened;
    if (done) {
      opened.abort();
    }
  }

  private synchronized void comeBack() {
    if (!done) {
      int pause = ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS);
      var later = CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS);
      var _ = CompletableFuture.runAsync(this::connect, later);
    }
  }

  private synchronized void take(String frame) {
    JsonNode message = json(frame);
    switch (message.path("type").asText()) {
      case "initial_data" -> {
        snapshots++;
        epoch = message.get("epoch").asText();
        position = message.get("seq").asLong();
      }
      case "resumed" -> resume(message);
      default -> {
        if (message.has("seq")) {
          takeNumbered(message);
        }
      }
    }
  }

  private void resume(JsonNode message) {
    resumptions++;
    if (!message.get("epoch").asText().equals(epoch) || message.get("seq").asLong() < position) {
      complaints.add("at " + position + " of " + epoch + " came " + message);
    }
  }

  private void takeNumbered(JsonNode message) {
    long seq = message.get("seq").asLong();
    if (seq != position + 1) {
      complaints.add("after " + position + " came " + message);
    }
    position = seq;
    received.add(message);
  }

  private static JsonNode json(String text) {
    try {
      return Json.tree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  UserId user() {
    return user;
  }

  /** The number of the last message it has. */
  synchronized long position() {
    return position;
  }

  /** Whether it has ever been shown a snapshot. */
  synchronized boolean hasBegun() {
    return epoch != null;
  }

  /** How often it was shown a snapshot: once at the beginning, and whenever it could not resume. */
  synchronized int snapshots() {
    return snapshots;
  }

  /** How often it went on where it was. */
  synchronized int resumptions() {
    return resumptions;
  }

  /** Every number that was not the next, in words. */
  synchronized List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** The messages since the last call, in the order they came. */
  synchronized List<JsonNode> drain() {
    var drained = List.copyOf(received);
    received.clear();
    return drained;
  }

  @Override
  public synchronized void close() {
    done = true;
    if (socket != null) {
      socket.abort();
    }
  }

  /** One for each socket; called by one thread at a time. */
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder part = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        take(part.toString());
        part.setLength(0);
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
      comeBack();
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      comeBack();
    }
  }
}
