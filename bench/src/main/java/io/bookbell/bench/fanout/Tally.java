package io.bookbell.bench.fanout;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * Counts the deliveries of each text and records how long they took. Texts may be sent on any
 * thread; arrivals are recorded on one thread, the swarm's event loop.
 */
final class Tally {
  private static final long MAX_MICROS = 60_000_000;

  private final ConcurrentHashMap<Integer, Text> underWay = new ConcurrentHashMap<>();
  private Histogram micros = new Histogram(MAX_MICROS, 3);

  /**
   * Registers a text that is about to be sent.
   *
   * @param receivers the number of connections that should receive it
   * @return completes when it has arrived on all of them
   */
  CompletableFuture<?> sending(int number, int receivers) {
    var text = new Text(System.nanoTime(), receivers);
    underWay.put(number, text);
    return text.everywhere;
  }

  /** Records that a text arrived on one connection. */
  void arrived(int number, long nanoTime) {
    Text text = underWay.get(number);
    if (text == null) {
      throw new IllegalStateException("text " + number + " arrived more often than it should");
    }
    micros.recordValue(Math.min(MAX_MICROS, (nanoTime - text.sentAt) / 1000));
    if (--text.missing == 0) {
      underWay.remove(number);
      text.everywhere.complete(null);
    }
  }

  /** Discards the measurements. Only while no text is in flight. */
  void reset() {
    micros = new Histogram(MAX_MICROS, 3);
  }

  /**
   * Returns a statistic of the time from sending a text to its arrival, in µs. Only while no text
   * is in flight.
   */
  long micros(ToLongFunction<Histogram> figure) {
    return figure.applyAsLong(micros);
  }

  private static final class Text {
    final long sentAt;
    final CompletableFuture<Void> everywhere = new CompletableFuture<>();
    int missing;

    Text(long sentAt, int receivers) {
      this.sentAt = sentAt;
      this.missing = receivers;
    }
  }
}
