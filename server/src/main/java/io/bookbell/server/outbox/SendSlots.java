package io.bookbell.server.outbox;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many targets of one kind are being sent to at the same time. Targets that failed last time
 * have slots of their own, and so have those whose attempt takes long, so that neither takes the
 * room of the others. Thread-safe.
 */
final class SendSlots {
  static final int MAX_CONCURRENT = 32;
  private static final int MAX_FAILING = 16;
  private static final int MAX_SLOW = 500;

  private final AtomicInteger used = new AtomicInteger();
  private final AtomicInteger usedByFailing = new AtomicInteger();
  private final AtomicInteger usedBySlow = new AtomicInteger();

  /** How many more targets may be sent to. */
  int countFree(boolean failing) {
    int free = failing ? MAX_FAILING - usedByFailing.get() : MAX_CONCURRENT - used.get();
    return Math.max(0, free);
  }

  /** Whether any target of the kind is being sent to. */
  boolean areUsed() {
    return used.get() + usedByFailing.get() + usedBySlow.get() > 0;
  }

  Slot take(boolean failing) {
    return new Slot(failing ? usedByFailing : used);
  }

  /** The slot of one target. Used by the thread that sends to it. */
  final class Slot {
    private AtomicInteger counter;
    private boolean slow;

    private Slot(AtomicInteger counter) {
      this.counter = counter;
      counter.incrementAndGet();
    }

    /** Makes room for another target, unless very many are slow already. */
    void becomeSlow() {
      if (!slow && usedBySlow.get() < MAX_SLOW) {
        slow = true;
        usedBySlow.incrementAndGet();
        counter.decrementAndGet();
        counter = usedBySlow;
      }
    }

    void release() {
      counter.decrementAndGet();
    }
  }
}
