package io.bookbell.hub.internal.delivery;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Measures one broadcast, from its start until every event loop concerned has handed the last bytes
 * to the operating system. The starting thread creates it; each event loop reports once.
 */
final class BroadcastTimer {
  private final LongSupplier ticker;
  private final LongConsumer listener;
  private final long begun;
  private final AtomicInteger pendingLoops = new AtomicInteger();

  /**
   * Starts the measurement.
   *
   * @param listener called with the nanoseconds, on the event loop that is last
   */
  BroadcastTimer(LongSupplier ticker, LongConsumer listener) {
    this.ticker = ticker;
    this.listener = listener;
    this.begun = ticker.getAsLong();
  }

  /** Called before any of the event loops starts. */
  void expectLoops(int loops) {
    pendingLoops.set(loops);
  }

  void onLoopFlushed() {
    if (pendingLoops.decrementAndGet() == 0) {
      listener.accept(ticker.getAsLong() - begun);
    }
  }
}
