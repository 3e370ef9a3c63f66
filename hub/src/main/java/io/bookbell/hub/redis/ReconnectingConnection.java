package io.bookbell.hub.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection to Redis that is made anew whenever it is lost or given up, after a random delay
 * that grows up to a bound. For the backplane's thread, but {@link #connection} may be asked by
 * any. Lettuce's own reconnection is off: it would subscribe again without telling whether that
 * worked.
 */
final class ReconnectingConnection<C extends StatefulConnection<?, ?>> {
  private static final int MOST_DOUBLINGS = 20;

  private final Supplier<CompletionStage<C>> connect;
  private final BackplaneThread thread;
  private final RedisOptions.Timings timings;
  private final Runnable ready;
  private final Consumer<String> lost;
  private volatile @Nullable C connection;
  private int failures;

  /**
   * @param ready called when a connection was made
   * @param lost called with the reason when there is none, perhaps again and again
   */
  ReconnectingConnection(
      Supplier<CompletionStage<C>> connect,
      BackplaneThread thread,
      RedisOptions.Timings timings,
      Runnable ready,
      Consumer<String> lost) {
    this.connect = connect;
    this.thread = thread;
    this.timings = timings;
    this.ready = ready;
    this.lost = lost;
  }

  void open() {
    try {
      connect
          .get()
          .whenComplete((made, failure) -> thread.execute(() -> onConnectCompleted(made, failure)));
    } catch (RuntimeException failure) {
      onConnectFailed(failure);
    }
  }

  /** Gives the connection up; another one follows. */
  void reconnect(String why) {
    C current = connection;
    if (current != null) {
      dropConnection(current, why);
    }
  }

  /** It has served: the next delay is short again. */
  void resetBackoff() {
    failures = 0;
  }

  /** The connection, or null while there is none. */
  @Nullable C connection() {
    return connection;
  }

  private void onConnectCompleted(@Nullable C made, @Nullable Throwable failure) {
    if (made == null) {
      onConnectFailed(failure);
      return;
    }
    connection = made;
    made.addListener(new DisconnectListener(() -> dropConnection(made, "the connection ended")));
    if (made.isOpen()) {
      ready.run();
    } else {
      dropConnection(made, "the connection ended at once");
    }
  }

  private void onConnectFailed(@Nullable Throwable failure) {
    scheduleReconnect();
    lost.accept(rootMessage(failure));
  }

  private void dropConnection(C which, String why) {
    if (which.equals(connection)) {
      connection = null;
      which.closeAsync();
      scheduleReconnect();
      lost.accept(why);
    }
  }

  private void scheduleReconnect() {
    long first = timings.reconnectFrom().toNanos();
    long ceiling = first << Math.min(failures++, MOST_DOUBLINGS);
    long most = Math.clamp(ceiling, first, timings.reconnectTo().toNanos());
    thread.schedule(Duration.ofNanos(ThreadLocalRandom.current().nextLong(most + 1)), this::open);
  }

  /** The innermost cause says it best. */
  private static String rootMessage(@Nullable Throwable failure) {
    Throwable cause = failure;
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof TimeoutException) {
      return "it did not answer in time";
    }
    return cause == null ? "no connection" : String.valueOf(cause.getMessage());
  }

  /** Called by Lettuce's event loop; hops to the backplane's thread. */
  private final class DisconnectListener implements RedisConnectionStateListener {
    private final Runnable ended;

    DisconnectListener(Runnable ended) {
      this.ended = ended;
    }

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> which) {
      thread.execute(ended);
    }
  }
}
