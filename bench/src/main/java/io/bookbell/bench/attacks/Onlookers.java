package io.bookbell.bench.attacks;

import io.bookbell.bench.fanout.Population;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Ordinary users with one WebSocket each, who send a ping once a second and measure the time to the
 * pong. Thread-safe.
 */
final class Onlookers implements AutoCloseable {
  private static final long MAX_MICROS = 60_000_000;

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Onlooker> all = new ArrayList<>();
  private final AtomicInteger lost = new AtomicInteger();
  private final Histogram delays = new SynchronizedHistogram(MAX_MICROS, 3);
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  Onlookers(int port, int count) {
    for (int number = 0; number < count; number++) {
      var onlooker = new Onlooker();
      int user = Population.supporter(number);
      String address = "ws://127.0.0.1:" + port + "/api/book-requests/ws?user_id=" + user;
      onlooker.socket =
          http.newWebSocketBuilder()
              .header("Authorization", "Bearer " + Population.token(user))
              .buildAsync(URI.create(address), onlooker)
              .join();
      all.add(onlooker);
    }
    long between = TimeUnit.SECONDS.toMicros(1) / count;
    var turn = new AtomicInteger();
    var _ =
        clock.scheduleAtFixedRate(
            () -> all.get(turn.getAndIncrement() % count).ask(),
            between,
            between,
            TimeUnit.MICROSECONDS);
  }

  /** The measurements since the previous report. */
  record Report(int lost, double medianMillis, double p99Millis, double worstMillis) {}

  Report report() {
    all.forEach(Onlooker::countIfStillWaiting);
    Histogram since = delays.copy();
    delays.reset();
    return new Report(
        lost.getAndSet(0),
        since.getValueAtPercentile(50) / 1e3,
        since.getValueAtPercentile(99) / 1e3,
        since.getMaxValue() / 1e3);
  }

  @Override
  public void close() {
    clock.shutdownNow();
    all.forEach(onlooker -> onlooker.abort());
    http.shutdownNow();
  }

  /** One user's socket. It has at most one ping in flight. */
  private final class Onlooker implements WebSocket.Listener {
    private volatile @Nullable WebSocket socket;
    private volatile long askedAt;
    private volatile boolean ending;

    void ask() {
      WebSocket open = socket;
      if (open != null && askedAt == 0) {
        askedAt = System.nanoTime();
        var _ = open.sendText("ping", true);
      }
    }

    void countIfStillWaiting() {
      long since = askedAt;
      if (since != 0) {
        record(System.nanoTime() - since);
      }
    }

    private void record(long nanos) {
      delays.recordValue(Math.min(MAX_MICROS, nanos / 1000));
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
      long since = askedAt;
      if (since != 0 && text.toString().equals("pong")) {
        askedAt = 0;
        record(System.nanoTime() - since);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      count();
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
      count();
    }

    private void count() {
      if (!ending) {
        lost.incrementAndGet();
      }
    }

    void abort() {
      ending = true;
      WebSocket open = socket;
      if (open != null) {
        open.abort();
      }
    }
  }
}
