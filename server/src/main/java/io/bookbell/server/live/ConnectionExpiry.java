package io.bookbell.server.live;

import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Connection;
import io.bookbell.server.http.Authenticator.AuthenticatedCaller;
import io.bookbell.server.http.Caller;
import io.bookbell.server.http.Problem;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections when the key or token that they were opened with expires. A connection that
 * was opened with a token stays open if a newer one arrives in time. Thread-safe.
 */
public final class ConnectionExpiry {
  private final Function<String, CompletionStage<AuthenticatedCaller>> tokenCheck;
  private final Map<Long, ExpiryTimer> timers = new ConcurrentHashMap<>();

  /**
   * @param tokenCheck checks a token of the site that people come from, without blocking
   */
  public ConnectionExpiry(Function<String, CompletionStage<AuthenticatedCaller>> tokenCheck) {
    this.tokenCheck = tokenCheck;
  }

  /**
   * @param renewable whether a newer token may replace the one that expires
   */
  private record ExpiryTimer(ScheduledFuture<?> closing, EventLoop loop, boolean renewable) {
    static ExpiryTimer start(
        Connection connection, Duration timeLeft, EventLoop loop, boolean renewable) {
      return new ExpiryTimer(scheduleClose(connection, timeLeft, loop), loop, renewable);
    }

    ExpiryTimer restart(Connection connection, Duration timeLeft) {
      closing.cancel(false);
      return start(connection, timeLeft, loop, renewable);
    }
  }

  /**
   * Closes a connection when its caller's time is over.
   *
   * @return the task that does so, to cancel once the connection has closed
   */
  static ScheduledFuture<?> scheduleClose(
      Connection connection, Duration timeLeft, EventLoop loop) {
    return loop.schedule(
        () -> connection.close(CloseReason.SESSION_ENDED),
        timeLeft.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** Closes the connection, which has this channel to itself, when the caller's time is over. */
  void closeWhenExpired(Caller caller, Connection connection, Channel channel) {
    caller
        .timeLeft()
        .ifPresent(
            timeLeft -> {
              timers.put(
                  connection.id(),
                  ExpiryTimer.start(
                      connection, timeLeft, channel.eventLoop(), caller.external().isPresent()));
              channel.closeFuture().addListener(_ -> forget(connection));
            });
  }

  private void forget(Connection connection) {
    @Nullable ExpiryTimer timer = timers.remove(connection.id());
    if (timer != null) {
      timer.closing.cancel(false);
    }
  }

  /**
   * Lets a connection live as long as a newer token of the same user.
   *
   * @param refuse called with the reason if the token isn't accepted; the connection then lives as
   *     long as before
   */
  void renew(Connection connection, String token, Consumer<String> refuse) {
    @Nullable ExpiryTimer timer = timers.get(connection.id());
    if (timer == null || !timer.renewable) {
      refuse.accept("This connection was not opened with a token that expires.");
      return;
    }
    tokenCheck
        .apply(token)
        .whenComplete(
            (found, failure) -> {
              if (failure != null) {
                refuse.accept(
                    Problem.findIn(failure)
                        .map(Problem::getMessage)
                        .orElse("The token cannot be checked right now."));
              } else if (!found.caller().user().equals(connection.user())) {
                refuse.accept("The token belongs to another user.");
              } else {
                found.caller().timeLeft().ifPresent(timeLeft -> extend(connection, timeLeft));
              }
            });
  }

  private void extend(Connection connection, Duration timeLeft) {
    timers.computeIfPresent(connection.id(), (_, timer) -> timer.restart(connection, timeLeft));
  }
}
