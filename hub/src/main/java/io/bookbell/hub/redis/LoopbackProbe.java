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
  void restart() {
    first = last + 1;
    waiting = false;
    accepted = false;
    heard = false;
  }

  void sent(long number, long now) {
    last = number;
    if (!waiting) {
      waiting = true;
      accepted = false;
      first = number;
      since = now;
    }
  }

  /** Redis has taken it. */
  void accepted(long number) {
    accepted |= waiting && isUnderWay(number);
  }

  void heard(long number, long now) {
    if (isUnderWay(number)) {
      heard = true;
      waiting = number < last;
      accepted = false;
      first = number + 1;
      since = now;
    }
  }

  /** Whether one was heard since the restart. */
  boolean wasHeard() {
    return heard;
  }

  boolean wasAccepted() {
    return accepted;
  }

  boolean isOverdue(long now, long most) {
    return waiting && now - since >= most;
  }

  private boolean isUnderWay(long number) {
    return number >= first && number <= last;
  }
}
