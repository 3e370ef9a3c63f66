package io.bookbell.hub;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One place among the connections a user may have, held from before the handshake until {@link
 * WebSocketManager#connect} consumes it or {@link #close} gives it back. Any thread may do either;
 * the first wins, and what comes later does nothing.
 */
public final class Reservation implements AutoCloseable {
  private final UserId user;
  private final Runnable giveBack;
  private final AtomicBoolean settled = new AtomicBoolean();

  Reservation(UserId user, Runnable giveBack) {
    this.user = user;
    this.giveBack = giveBack;
  }

  /** No place: settled from the start. */
  static Reservation createSettled(UserId user) {
    Reservation none = new Reservation(user, () -> {});
    none.settled.set(true);
    return none;
  }

  public UserId user() {
    return user;
  }

  /** Gives the place back unless a connection has taken it. */
  @Override
  public void close() {
    if (settled.compareAndSet(false, true)) {
      giveBack.run();
    }
  }

  /** Whether the caller now owns the place. */
  boolean tryConsume() {
    return settled.compareAndSet(false, true);
  }
}
