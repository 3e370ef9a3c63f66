package io.bookbell.hub.redis;

/**
 * Whether one channel brings back what was published on it. For the backplane's thread. Probes
 * carry ascending numbers; one that comes back answers all before it.
 */
final class LoopbackProbe {
  private long first;
  private long last;
  private long since;
  private boolean waiting;
  private boolean accepted;
  private boolean heard;

  /** Forgets all probes under way: what comes back of them proves nothing any more. */
  void discardPending() {
    first = last + 1;
    waiting = false;
    accepted = false;
    heard = false;
  }

  void markSent(long number, long now) {
    last = number;
    if (!waiting) {
      waiting = true;
      accepted = false;
      first = number;
      since = now;
    }
  }

  /** Redis has taken it. */
  void markAccepted(long number) {
    accepted |= waiting && isPending(number);
  }

  void markReturned(long number, long now) {
    if (isPending(number)) {
      heard = true;
      waiting = number < last;
      accepted = false;
      first = number + 1;
      since = now;
    }
  }

  /** Whether one was heard since the restart. */
  boolean hasReturned() {
    return heard;
  }

  boolean isAccepted() {
    return accepted;
  }

  boolean isOverdue(long now, long most) {
    return waiting && now - since >= most;
  }

  private boolean isPending(long number) {
    return number >= first && number <= last;
  }
}
