package io.bookbell.bench.commits;

import io.bookbell.bench.commits.People.Circle;
import io.bookbell.bench.commits.People.Person;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Generates load: supporters make requests over HTTP, and admins receive them on their WebSockets.
 */
final class Asking {
  private static final Pattern TITLE = Pattern.compile("\"title\":\"Book (\\d+)\"");

  private final HttpClient http;
  private final String host;
  private final AtomicInteger numbers = new AtomicInteger();

  Asking(HttpClient http, String host) {
    this.http = http;
    this.host = host;
  }

  /** Returns the commands per second with a constant number of them in flight. */
  double closedLoop(List<Circle> circles, int underWay, Duration time) throws InterruptedException {
    var free = new Semaphore(underWay);
    var done = new LongAdder();
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < time.toNanos()) {
      free.acquire();
      var _ =
          ask(circles, numbers.incrementAndGet())
              .whenComplete(
                  (_, failure) -> {
                    if (failure == null) {
                      done.increment();
                    }
                    free.release();
                  });
    }
    free.acquire(underWay);
    return done.sum() / ((System.nanoTime() - begin) / 1e9);
  }

  private CompletableFuture<?> ask(List<Circle> circles, int number) {
    Circle circle = circles.get(number % circles.size());
    List<Person> askers = circle.supporters();
    Person asker = askers.get(number / circles.size() % askers.size());
    String body =
        "{\"creator_id\":%s,\"title\":\"Book %d\",\"author\":\"Somebody\"}"
            .formatted(circle.creator(), number);
    var request =
        HttpRequest.newBuilder(URI.create("http://" + host + "/api/book-requests"))
            .header("Authorization", "Bearer " + asker.token())
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", "book-" + number)
            .POST(BodyPublishers.ofString(body))
            .build();
    return http.sendAsync(request, BodyHandlers.ofString()).thenAccept(Asking::requireCreated);
  }

  private static void requireCreated(HttpResponse<String> answer) {
    if (answer.statusCode() != 201) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
  }

  /**
   * Sends commands at a constant rate, and measures the milliseconds from when each was due until
   * the last admin received it.
   *
   * @return the 50th, 95th and 99th percentile
   */
  double[] openLoop(Circle circle, int perSecond, Duration time) throws InterruptedException {
    var heard = new ConcurrentHashMap<Integer, Heard>();
    List<WebSocket> sockets = new ArrayList<>();
    for (Person admin : circle.admins()) {
      sockets.add(listen(admin, heard));
    }
    int count = (int) (perSecond * time.toSeconds());
    long begin = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
    for (int number = 0; number < count; number++) {
      long due = begin + number * TimeUnit.SECONDS.toNanos(1) / perSecond;
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      int id = numbers.incrementAndGet();
      heard.put(id, new Heard(due, new AtomicInteger(circle.admins().size())));
      var _ = ask(List.of(circle), id);
    }
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (heard.values().stream().anyMatch(each -> each.millis() < 0)) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException("an admin has not heard of a request");
      }
      LockSupport.parkNanos(1_000_000);
    }
    sockets.forEach(WebSocket::abort);
    double[] sorted = heard.values().stream().mapToDouble(Heard::millis).sorted().toArray();
    return Arrays.stream(new double[] {0.5, 0.95, 0.99})
        .map(part -> sorted[(int) (part * (sorted.length - 1))])
        .toArray();
  }

  /** A command that admins are still to receive; its counter makes it thread-safe. */
  private static final class Heard {
    private final long due;
    private final AtomicInteger missing;
    private volatile double millis = -1;

    Heard(long due, AtomicInteger missing) {
      this.due = due;
      this.missing = missing;
    }

    void once() {
      if (missing.decrementAndGet() == 0) {
        millis = (System.nanoTime() - due) / 1e6;
      }
    }

    double millis() {
      return millis;
    }
  }

  private WebSocket listen(Person admin, Map<Integer, Heard> heard) {
    var address =
        URI.create("ws://" + host + "/api/book-requests/ws?user_id=" + admin.id().value());
    return http.newWebSocketBuilder()
        .header("Authorization", "Bearer " + admin.token())
        .buildAsync(address, new Ears(heard))
        .join();
  }

  private static final class Ears implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();
    private final Map<Integer, Heard> heard;

    Ears(Map<Integer, Heard> heard) {
      this.heard = heard;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        frame(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    private void frame(String frame) {
      if (frame.contains("\"book_request_update\"")) {
        Matcher title = TITLE.matcher(frame);
        if (title.find()) {
          Heard one = heard.get(Integer.valueOf(title.group(1)));
          if (one != null) {
            one.once();
          }
        }
      }
    }
  }
}
