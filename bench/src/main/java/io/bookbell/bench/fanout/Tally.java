package io.bookbell.bench.fanout;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * Which text has arrived how often, and how long each delivery took. Texts are sent on any thread;
 * their arrival is told on one thread, that of the swarm's event loop.
 */
final class Tally {
  private static final long LONGEST_MICROS = 60_000_000;

  private final ConcurrentHashMap<Integer, Text> underWay = new ConcurrentHashMap<>();
  private Histogram micros = new Histogram(LONGEST_MICROS, 3);

  /**
   * A text is about to be sent.
   *
   * @param receivers on how many connections it is to arrive
   * @return completes when it has arrived on all of them
   */
  CompletableFuture<?> sending(int number, int receivers) {
    var text = new Text(System.nanoTime(), receivers);
    underWay.put(number, text);
    return text.everywhere;
  }

  /** A text arrived on one connection. */
  void arrived(int number, long nanoTime) {
    Text text = underWay.get(number);
    if (text == null) {
      throw new IllegalStateException("text " + number + " arrived more often than it should");
    }
    micros.recordValue(Math.min(LONGEST_MICROS, (nanoTime - text.sentAt) / 1000));
    if (--text.missing == 0) {
      underWay.remove(number);
      text.everywhere.complete(null);
    }
  }

  /** Begins to measure anew; called while nothing is under way. */
  void reset() {
    micros = new Histogram(LONGEST_MICROS, 3);
  }

  /** From the sending of a text to its arrival; asked while nothing is under way. */
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
