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
 * A Redis connection that is replaced whenever it is lost or given up, after a random delay with
 * exponential backoff. Belongs to the backplane's thread, except {@link #connection}, which any
 * thread may call. Lettuce's own reconnect is off, because it would resubscribe without reporting
 * whether that worked.
 */
final class ReconnectingConnection<C extends StatefulConnection<?, ?>> {
  private static final int MAX_DOUBLINGS = 20;

  private final Supplier<CompletionStage<C>> connect;
  private final BackplaneThread thread;
  private final RedisOptions.Timings timings;
  private final Runnable ready;
  private final Consumer<String> lost;
  private volatile @Nullable C connection;
  private int failures;

  /**
   * @param ready called when a connection has been opened
   * @param lost called with the reason when there is none, possibly repeatedly
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

  /** Closes the current connection and opens another. */
  void reconnect(String why) {
    C current = connection;
    if (current != null) {
      dropConnection(current, why);
    }
  }

  /** Resets the backoff, once the connection has proved to work. */
  void resetBackoff() {
    failures = 0;
  }

  /** The current connection, or null. */
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
    long ceiling = first << Math.min(failures++, MAX_DOUBLINGS);
    long most = Math.clamp(ceiling, first, timings.reconnectTo().toNanos());
    thread.schedule(Duration.ofNanos(ThreadLocalRandom.current().nextLong(most + 1)), this::open);
  }

  /** The message of the innermost cause is the most specific. */
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

  /** Called on Lettuce's event loop; continues on the backplane's thread. */
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
