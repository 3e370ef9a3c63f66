package io.bookbell.bench.commits;

import io.bookbell.bench.commits.CommandClient.NextCommand;
import io.bookbell.bench.commits.People.Circle;
import io.bookbell.bench.commits.People.Person;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The WebSockets of all admins during one measurement. Thread-safe. */
final class AdminSockets implements AutoCloseable {
  private static final Pattern TITLE = Pattern.compile("\"title\": ?\"Book (\\d+)\"");

  private final Map<Integer, Awaited> awaited = new ConcurrentHashMap<>();
  private final List<WebSocket> sockets = new ArrayList<>();
  private final int port;
  private volatile boolean closing;

  private AdminSockets(int port) {
    this.port = port;
  }

  /** Opens them and waits until each has its snapshot. */
  static AdminSockets open(HttpClient http, int port, List<Circle> circles) {
    var opened = new AdminSockets(port);
    for (Circle circle : circles) {
      circle.admins().forEach(admin -> opened.add(http, admin));
    }
    return opened;
  }

  private void add(HttpClient http, Person admin) {
    var address = "ws://127.0.0.1:" + port + "/api/book-requests/ws?user_id=" + admin.id();
    var listener = new FrameListener();
    sockets.add(
        http.newWebSocketBuilder()
            .header("Authorization", "Bearer " + admin.token())
            .buildAsync(URI.create(address), listener)
            .join());
    listener.snapshot.join();
  }

  /**
   * Waits for a command's message on the sockets of all admins of its creator.
   *
   * @return completes with the time of {@link System#nanoTime} at the last of them
   */
  CompletableFuture<Long> await(NextCommand command) {
    var missing = new AtomicInteger(command.circle().admins().size());
    var message = new Awaited(missing, new CompletableFuture<>());
    awaited.put(command.number(), message);
    return message.arrival;
  }

  @Override
  public void close() {
    closing = true;
    sockets.forEach(WebSocket::abort);
  }

  /** A message that some admins have not received yet. */
  private record Awaited(AtomicInteger missing, CompletableFuture<Long> arrival) {
    boolean arrivedAtLast() {
      return missing.decrementAndGet() == 0 && arrival.complete(System.nanoTime());
    }
  }

  private final class FrameListener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<?> snapshot = new CompletableFuture<>();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        take(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    private void take(String frame) {
      if (!snapshot.isDone()) {
        snapshot.complete(null);
      } else if (!awaited.isEmpty() && frame.contains("\"book_request_update\"")) {
        Matcher title = TITLE.matcher(frame);
        if (title.find()) {
          awaited.computeIfPresent(
              Integer.valueOf(title.group(1)), (_, it) -> it.arrivedAtLast() ? null : it);
        }
      }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      lost(code + " " + reason);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      // A frame that Java's client doesn't accept is a ProtocolException without a message.
      lost(failure.getCause() == null ? failure.toString() : failure + ": " + failure.getCause());
    }

    private void lost(String why) {
      snapshot.completeExceptionally(new IllegalStateException(why));
      if (!closing) {
        System.err.println("An admin's socket was lost: " + why);
      }
    }
  }
}
