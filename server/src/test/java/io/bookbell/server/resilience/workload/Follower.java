package io.bookbell.server.resilience.workload;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.CloseReason;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.resilience.workload.People.Person;
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
public final class Follower implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int SHORTEST_PAUSE_MILLIS = 200;
  private static final int LONGEST_PAUSE_MILLIS = 800;

  private final HttpClient http;
  private final Person person;
  private final Supplier<String> url;
  private final Taker taker;

  // What follows is guarded by this.
  private final List<String> complaints = new ArrayList<>();
  private final Counts counts = new Counts();
  private String epoch;
  private long position;
  private int failures;
  private Connection current;
  private boolean done;

  /** Gets each numbered message as it comes, while the follower is locked. */
  public interface Taker {
    /**
     * Takes a message.
     *
     * @param liveSince the nanosecond at which its connection began to be served
     */
    void take(Follower by, JsonNode message, long liveSince);
  }

  /** What has happened to a follower so far. */
  private static final class Counts {
    private int snapshots;
    private int resumptions;
    private int sentAway;
    private long expected;
    private long received;
    private long skipped;
    private long repeated;
  }

  /**
   * The sum over its connections.
   *
   * @param snapshots once at the beginning, and whenever it could not resume
   * @param sentAway how often a server that went down told it to come back
   * @param expected messages from the first snapshot on that no later snapshot stands for
   * @param skipped numbers that were passed over
   * @param repeated numbers that came again
   */
  public record Totals(
      int snapshots,
      int resumptions,
      int sentAway,
      long expected,
      long received,
      long skipped,
      long repeated) {}

  /**
   * Connects, and goes on doing so.
   *
   * @param url where a server is; asked for each connection
   */
  public Follower(HttpClient http, Person person, Supplier<String> url, Taker taker) {
    this.http = http;
    this.person = person;
    this.url = url;
    this.taker = taker;
    connect();
  }

  private synchronized void connect() {
    if (done) {
      return;
    }
    var connection = new Connection();
    current = connection;
    var _ =
        http.newWebSocketBuilder()
            .connectTimeout(PATIENCE)
            .header("Authorization", "Bearer " + person.token())
            .buildAsync(address(), connection)
            .whenComplete((opened, _) -> connection.settled(opened));
  }

  private URI address() {
    String since =
        epoch == null
            ? ""
            : "&since=" + URLEncoder.encode(epoch + ":" + position, StandardCharsets.UTF_8);
    String base = url.get().replaceFirst("^http", "ws");
    return URI.create(base + "/api/book-requests/ws?user_id=" + user().value() + since);
  }

  /** The longer the more attempts have failed, and never the same for many. */
  private int pause() {
    int most = Math.min(LONGEST_PAUSE_MILLIS, SHORTEST_PAUSE_MILLIS << Math.min(failures, 10));
    return ThreadLocalRandom.current().nextInt(most);
  }

  private void comeBackIn(int millis) {
    current = null;
    var later = CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
    var _ = CompletableFuture.runAsync(this::connect, later);
  }

  private void take(JsonNode message, Connection connection) {
    switch (message.path("type").asText()) {
      case "initial_data" -> {
        begin(message);
        connection.served();
      }
      case "resumed" -> {
        resume(message);
        connection.served();
      }
      default -> {
        if (message.has("seq") && !message.path("type").asText().equals("pong")) {
          takeNumbered(message, connection.liveSince);
        }
      }
    }
  }

  private void begin(JsonNode message) {
    long seq = message.get("seq").asLong();
    boolean first = counts.snapshots++ == 0;
    if (!first && (!message.get("epoch").asText().equals(epoch) || seq < position)) {
      complaints.add("at " + position + " of " + epoch + " came a snapshot of " + seq);
    }
    epoch = message.get("epoch").asText();
    position = seq;
  }

  private void resume(JsonNode message) {
    counts.resumptions++;
    if (!message.get("epoch").asText().equals(epoch) || message.get("seq").asLong() < position) {
      complaints.add("at " + position + " of " + epoch + " came " + message);
    }
  }

  private void takeNumbered(JsonNode message, long liveSince) {
    long seq = message.get("seq").asLong();
    if (seq != position + 1) {
      complaints.add("user %s: after %d came %d".formatted(user(), position, seq));
      counts.skipped += Math.max(0, seq - position - 1);
      counts.repeated += seq <= position ? 1 : 0;
    }
    counts.expected += Math.max(0, seq - position);
    counts.received++;
    position = Math.max(position, seq);
    taker.take(this, message, liveSince);
  }

  private static JsonNode json(String text) {
    try {
      return Json.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  public UserId user() {
    return person.user();
  }

  /** The number of the last message it has. */
  public synchronized long position() {
    return position;
  }

  /** Whether it has ever been shown a snapshot. */
  public synchronized boolean hasBegun() {
    return epoch != null;
  }

  public synchronized Totals totals() {
    return new Totals(
        counts.snapshots,
        counts.resumptions,
        counts.sentAway,
        counts.expected,
        counts.received,
        counts.skipped,
        counts.repeated);
  }

  /** Every number that was not the next, in words. */
  public synchronized List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Breaks its connection without a word, if it has one. */
  public synchronized void cut() {
    if (current != null) {
      current.lost();
    }
  }

  @Override
  public synchronized void close() {
    done = true;
    if (current != null) {
      current.abort();
    }
  }

  /** What comes over one socket; of a socket that was given up nothing counts any more. */
  private final class Connection implements WebSocket.Listener {
    private final StringBuilder part = new StringBuilder();
    private WebSocket socket;
    private long liveSince;

    private boolean isCurrent() {
      return current == this && !done;
    }

    void settled(WebSocket opened) {
      synchronized (Follower.this) {
        socket = opened;
        if (!isCurrent()) {
          abort();
        } else if (opened == null) {
          lost();
        }
      }
    }

    void served() {
      liveSince = System.nanoTime();
      failures = 0;
    }

    void lost() {
      if (isCurrent()) {
        failures++;
        abort();
        comeBackIn(pause());
      }
    }

    void abort() {
      if (socket != null) {
        socket.abort();
      }
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      synchronized (Follower.this) {
        part.append(data);
        if (last && isCurrent()) {
          take(json(part.toString()), this);
        }
        if (last) {
          part.setLength(0);
        }
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
      synchronized (Follower.this) {
        if (isCurrent() && code == CloseReason.GOING_AWAY.code() && reason.matches("\\d{1,6}")) {
          counts.sentAway++;
          comeBackIn(Integer.parseInt(reason));
        } else {
          lost();
        }
      }
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      synchronized (Follower.this) {
        lost();
      }
    }
  }
}
