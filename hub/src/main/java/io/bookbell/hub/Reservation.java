package io.bookbell.hub;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection slot of a user, held from before the handshake until {@link
 * WebSocketManager#connect} consumes it or {@link #close} releases it. Any thread may do either;
 * the first wins, and later calls do nothing.
 */
public final class Reservation implements AutoCloseable {
  private final UserId user;
  private final Runnable giveBack;
  private final AtomicBoolean settled = new AtomicBoolean();

  Reservation(UserId user, Runnable giveBack) {
    this.user = user;
    this.giveBack = giveBack;
  }

  /** Creates a reservation without a slot, which can be neither consumed nor released. */
  static Reservation createSettled(UserId user) {
    Reservation none = new Reservation(user, () -> {});
    none.settled.set(true);
    return none;
  }

  public UserId user() {
    return user;
  }

  /** Releases the slot unless a connection has consumed it. */
  @Override
  public void close() {
    if (settled.compareAndSet(false, true)) {
      giveBack.run();
    }
  }

  /** Returns whether the caller now owns the slot. */
  boolean tryConsume() {
    return settled.compareAndSet(false, true);
  }
}
