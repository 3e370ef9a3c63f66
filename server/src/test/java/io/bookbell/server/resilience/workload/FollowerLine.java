package io.bookbell.server.resilience.workload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bookbell.hub.CloseReason;
import io.bookbell.hub.TransportKind;
import io.bookbell.server.json.Json;
import io.bookbell.server.resilience.workload.People.Person;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * One connection of a {@link Follower}, by one of the transports, until it ends. Messages and the
 * end are reported on threads of the HTTP client. Thread-safe.
 */
abstract sealed class FollowerLine {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private volatile boolean aborted;

  /** Hears of one line. All calls come in order. */
  interface LineListener {
    void onMessage(FollowerLine line, JsonNode message);

    /** The server asks to come back after this delay. */
    void onSentAway(FollowerLine line, int millis);

    void onLost(FollowerLine line);
  }

  /**
   * What to connect with.
   *
   * @param url of the server
   * @param since the position to resume from, if there is one
   */
  record LineTarget(HttpClient http, Person person, String url, Optional<String> since) {
    private HttpRequest.Builder request(String pathAndQuery, String position) {
      String since =
          position == null ? "" : "since=" + URLEncoder.encode(position, StandardCharsets.UTF_8);
      return HttpRequest.newBuilder(URI.create(url + pathAndQuery + since))
          .version(HttpClient.Version.HTTP_1_1)
          .header("Authorization", "Bearer " + person.token());
    }
  }

  static FollowerLine of(TransportKind kind) {
    return switch (kind) {
      case WEB_SOCKET -> new SocketLine();
      case EVENT_STREAM -> new StreamLine();
      case LONG_POLL -> new PollLine();
    };
  }

  /** Connects in the background. */
  abstract void open(LineTarget target, LineListener listener);

  /** Ends the connection without a word; called once it counts no more. */
  void abort() {
    aborted = true;
  }

  final boolean isAborted() {
    return aborted;
  }

  private static JsonNode json(String text) {
    try {
      return Json.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  private static void end(FollowerLine line, LineListener listener, int code, String reason) {
    if (code == CloseReason.GOING_AWAY.code() && reason.matches("\\d{1,6}")) {
      listener.onSentAway(line, Integer.parseInt(reason));
    } else {
      listener.onLost(line);
    }
  }

  private static final class SocketLine extends FollowerLine {
    private volatile WebSocket socket;

    @Override
    void open(LineTarget target, LineListener listener) {
      String since =
          target
              .since
              .map(position -> "&since=" + URLEncoder.encode(position, StandardCharsets.UTF_8))
              .orElse("");
      String base = target.url.replaceFirst("^http", "ws") + "/api/book-requests/ws?user_id=";
      var _ =
          target
              .http
              .newWebSocketBuilder()
              .connectTimeout(TIMEOUT)
              .header("Authorization", "Bearer " + target.person.token())
              .buildAsync(
                  URI.create(base + target.person.user().value() + since), new Frames(listener))
              .whenComplete(
                  (opened, _) -> {
                    socket = opened;
                    if (opened == null) {
                      listener.onLost(this);
                    } else if (isAborted()) {
                      opened.abort();
                    }
                  });
    }

    @Override
    void abort() {
      super.abort();
      WebSocket opened = socket;
      if (opened != null) {
        opened.abort();
      }
    }

    private final class Frames implements WebSocket.Listener {
      private final StringBuilder part = new StringBuilder();
      private final LineListener listener;

      Frames(LineListener listener) {
        this.listener = listener;
      }

      @Override
      public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        part.append(data);
        if (last) {
          listener.onMessage(SocketLine.this, json(part.toString()));
          part.setLength(0);
        }
        webSocket.request(1);
        return null;
      }

      @Override
      public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
        end(SocketLine.this, listener, code, reason);
        return null;
      }

      @Override
      public void onError(WebSocket webSocket, Throwable error) {
        listener.onLost(SocketLine.this);
      }
    }
  }

  private static final class StreamLine extends FollowerLine {
    private volatile Flow.Subscription subscription;
    private volatile CompletableFuture<?> response;

    @Override
    void open(LineTarget target, LineListener listener) {
      var request =
          target
              .request("/api/messages/stream?", target.since.orElse(null))
              .header("Accept", "text/event-stream")
              .build();
      response =
          target.http.sendAsync(request, BodyHandlers.fromLineSubscriber(new Lines(listener)));
      var _ =
          response.whenComplete(
              (_, failure) -> {
                if (failure != null) {
                  listener.onLost(this);
                }
              });
    }

    @Override
    void abort() {
      super.abort();
      Flow.Subscription lines = subscription;
      if (lines != null) {
        lines.cancel();
      }
      if (response != null) {
        response.cancel(true);
      }
    }

    /** The lines of the stream; of the body of a refusal, none begins with a field's name. */
    private final class Lines implements Flow.Subscriber<String> {
      private final LineListener listener;

      Lines(LineListener listener) {
        this.listener = listener;
      }

      @Override
      public void onSubscribe(Flow.Subscription lines) {
        subscription = lines;
        lines.request(Long.MAX_VALUE);
      }

      @Override
      public void onNext(String line) {
        if (!line.startsWith("data:")) {
          return; // each event has its data on one line
        }
        JsonNode message = json(line.substring("data:".length()));
        if (message.path("type").asText().equals("close")) {
          end(
              StreamLine.this,
              listener,
              message.get("code").asInt(),
              message.path("reason").asText());
        } else {
          listener.onMessage(StreamLine.this, message);
        }
      }

      @Override
      public void onError(Throwable failure) {
        listener.onLost(StreamLine.this);
      }

      @Override
      public void onComplete() {
        listener.onLost(StreamLine.this);
      }
    }
  }

  private static final class PollLine extends FollowerLine {
    private static final int WAIT_SECONDS = 20;

    private volatile CompletableFuture<?> response;

    @Override
    void open(LineTarget target, LineListener listener) {
      poll(target, listener, target.since.orElse(null), 0);
    }

    private void poll(LineTarget target, LineListener listener, String since, int wait) {
      if (isAborted()) {
        return;
      }
      var request =
          target
              .request("/api/messages?wait=" + wait + "&", since)
              .timeout(TIMEOUT.plusSeconds(wait))
              .build();
      CompletableFuture<HttpResponse<String>> answer =
          target.http.sendAsync(request, BodyHandlers.ofString());
      response = answer;
      var _ =
          answer
              .thenAccept(
                  got -> {
                    if (got.statusCode() == 200) {
                      JsonNode body = json(got.body());
                      takeAnswer(listener, body, wait == 0);
                      poll(target, listener, positionIn(body), WAIT_SECONDS);
                    } else {
                      listener.onLost(this);
                    }
                  })
              .exceptionally(
                  _ -> {
                    listener.onLost(this);
                    return null;
                  });
    }

    private static String positionIn(JsonNode answer) {
      return answer.get("epoch").asText() + ":" + answer.get("seq").asLong();
    }

    private void takeAnswer(LineListener listener, JsonNode answer, boolean isFirst) {
      JsonNode snapshot = answer.get("initial_data");
      if (snapshot.isObject()) {
        listener.onMessage(this, snapshot);
      } else if (isFirst) {
        ObjectNode resumed = (ObjectNode) json("{\"type\":\"resumed\"}");
        resumed.set("epoch", answer.get("epoch"));
        resumed.set("seq", answer.get("seq"));
        listener.onMessage(this, resumed);
      }
      answer.get("messages").forEach(message -> listener.onMessage(this, message));
    }

    @Override
    void abort() {
      super.abort();
      CompletableFuture<?> running = response;
      if (running != null) {
        running.cancel(true);
      }
    }
  }
}
