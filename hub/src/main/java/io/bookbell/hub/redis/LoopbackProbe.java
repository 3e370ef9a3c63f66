package io.bookbell.hub.redis;

import java.util.function.LongFunction;

/**
 * Verifies that one channel returns what is published on it. Belongs to the backplane's thread.
 * Probes carry ascending numbers; a returning one settles all earlier ones.
 */
final class LoopbackProbe {
  private final String channel;
  private final LongFunction<NodeMessage> message;
  private long first;
  private long last;
  private long since;
  private boolean waiting;
  private boolean accepted;
  private boolean heard;

  /**
   * @param message creates the message that carries a probe's number
   */
  LoopbackProbe(String channel, LongFunction<NodeMessage> message) {
    this.channel = channel;
    this.message = message;
  }

  String channel() {
    return channel;
  }

  NodeMessage createMessage(long number) {
    return message.apply(number);
  }

  /** Discards all probes in flight: their return wouldn't prove anything about a new connection. */
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

  /** Redis has accepted the probe. */
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

  /** Whether a probe has returned since the last {@link #discardPending}. */
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
