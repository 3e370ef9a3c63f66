package io.bookbell.server.resilience.workload;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.TransportKind;
import io.bookbell.hub.UserId;
import io.bookbell.server.resilience.workload.FollowerLine.LineTarget;
import io.bookbell.server.resilience.workload.People.Person;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A client that means to miss nothing: whatever happens to its connection, it comes back with the
 * {@code since} it stands at, perhaps by another transport, and complains of every number that is
 * not the next. Thread-safe.
 */
public final class Follower implements AutoCloseable {
  private static final int MIN_PAUSE_MILLIS = 200;
  private static final int MAX_PAUSE_MILLIS = 800;

  private final HttpClient http;
  private final Person person;
  private final Supplier<String> url;
  private final List<TransportKind> transports;
  private final Taker taker;

  // What follows is guarded by this.
  private final List<String> complaints = new ArrayList<>();
  private final Counts counts = new Counts();
  private String epoch;
  private long position;
  private int failures;
  private FollowerLine current;
  private TransportKind transport;
  private int lines;
  private long liveSince;
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
    private final Map<TransportKind, Long> byTransport = new EnumMap<>(TransportKind.class);
  }

  /**
   * The sum over its connections.
   *
   * @param snapshots once at the beginning, and whenever it could not resume
   * @param sentAway how often a server that went down told it to come back
   * @param expected messages from the first snapshot on that no later snapshot stands for
   * @param skipped numbers that were passed over
   * @param repeated numbers that came again
   * @param byTransport received messages by the transport that brought them
   */
  public record Totals(
      int snapshots,
      int resumptions,
      int sentAway,
      long expected,
      long received,
      long skipped,
      long repeated,
      Map<TransportKind, Long> byTransport) {}

  /**
   * Connects by WebSocket, and goes on doing so.
   *
   * @param url where a server is; asked for each connection
   */
  public Follower(HttpClient http, Person person, Supplier<String> url, Taker taker) {
    this(http, person, url, List.of(TransportKind.WEB_SOCKET), taker);
  }

  /**
   * Connects, and goes on doing so.
   *
   * @param url where a server is; asked for each connection
   * @param transports each connection uses the next one, beginning again after the last
   */
  public Follower(
      HttpClient http,
      Person person,
      Supplier<String> url,
      List<TransportKind> transports,
      Taker taker) {
    this.transports = transports;
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
    transport = transports.get(lines++ % transports.size());
    FollowerLine line = FollowerLine.of(transport);
    current = line;
    Optional<String> since = Optional.ofNullable(epoch).map(life -> life + ":" + position);
    line.open(new LineTarget(http, person, url.get(), since), new CurrentLine());
  }

  /** The longer the more attempts have failed, and never the same for many. */
  private int pause() {
    int most = Math.min(MAX_PAUSE_MILLIS, MIN_PAUSE_MILLIS << Math.min(failures, 10));
    return ThreadLocalRandom.current().nextInt(most);
  }

  private void comeBackIn(int millis) {
    current = null;
    var later = CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
    var _ = CompletableFuture.runAsync(this::connect, later);
  }

  private boolean isCurrent(FollowerLine line) {
    return current == line && !done;
  }

  private void lose(FollowerLine line) {
    if (isCurrent(line)) {
      failures++;
      comeBackIn(pause());
      line.abort();
    }
  }

  private void onServed() {
    liveSince = System.nanoTime();
    failures = 0;
  }

  private void take(JsonNode message) {
    switch (message.path("type").asText()) {
      case "initial_data" -> {
        begin(message);
        onServed();
      }
      case "resumed" -> {
        resume(message);
        onServed();
      }
      default -> {
        if (message.has("seq") && !message.path("type").asText().equals("pong")) {
          takeNumbered(message);
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

  private void takeNumbered(JsonNode message) {
    long seq = message.get("seq").asLong();
    if (seq != position + 1) {
      complaints.add("user %s: after %d came %d".formatted(user(), position, seq));
      counts.skipped += Math.max(0, seq - position - 1);
      counts.repeated += seq <= position ? 1 : 0;
    }
    counts.expected += Math.max(0, seq - position);
    counts.received++;
    counts.byTransport.merge(transport, 1L, Long::sum);
    position = Math.max(position, seq);
    taker.take(this, message, liveSince);
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
        counts.repeated,
        Map.copyOf(counts.byTransport));
  }

  /** Every number that was not the next, in words. */
  public synchronized List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Breaks its connection without a word, if it has one. */
  public synchronized void cut() {
    if (current != null) {
      lose(current);
    }
  }

  @Override
  public synchronized void close() {
    done = true;
    if (current != null) {
      current.abort();
    }
  }

  /** What comes over the current line; of a line that was given up nothing counts any more. */
  private final class CurrentLine implements FollowerLine.LineListener {
    @Override
    public void onMessage(FollowerLine line, JsonNode message) {
      synchronized (Follower.this) {
        if (isCurrent(line)) {
          take(message);
        }
      }
    }

    @Override
    public void onSentAway(FollowerLine line, int millis) {
      synchronized (Follower.this) {
        if (isCurrent(line)) {
          counts.sentAway++;
          comeBackIn(millis);
          line.abort();
        }
      }
    }

    @Override
    public void onLost(FollowerLine line) {
      synchronized (Follower.this) {
        lose(line);
      }
    }
  }
}
