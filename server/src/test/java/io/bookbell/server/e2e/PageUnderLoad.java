package io.bookbell.server.e2e;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures how responsive an open inbox is while it receives 50 messages a second, and how smoothly
 * one with 50,000 requests scrolls. Runs only with {@code -Dpage.seconds=SECONDS}, and prints the
 * results without asserting anything.
 */
class PageUnderLoad {
  @RegisterExtension static final Browsers browsers = Browsers.full();

  private static final int READERS = 20;

  /** Each reply causes an update and a notification for the creator. */
  private static final int REPLIES_A_SECOND = 25;

  /** Defines a percentile function for the reports. */
  private static final String AT =
      """
      const at = (values, share) => [...values].sort((a, b) => a - b)[Math.floor(values.length * share)]?.toFixed(1) ?? '0';
      """;

  /** The delay of a timer is the time for which something else was running. */
  private static final String MEASURE =
      """
      window.late = []; window.long = []; window.frames = []; window.messages = 0;
      document.querySelector('bookbell-app').session.client.addEventListener('message', () => window.messages++);
      new PerformanceObserver((list) => list.getEntries().forEach(({duration}) => window.long.push(duration))).observe({type: 'longtask'});
      let due = performance.now() + 10;
      setInterval(() => { const now = performance.now(); window.late.push(Math.max(0, now - due)); due = now + 10; }, 10);
      let drawn = performance.now();
      requestAnimationFrame(function frame(now) { window.frames.push(now - drawn); drawn = now; requestAnimationFrame(frame); });
      """;

  private static final int MANY = 50_000;

  private static final String LAY =
      "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %d)"
              .formatted(MANY)
          + " INSERT INTO book_request"
          + " (creator_id, user_id, title, author, status, indexed, created_at, updated_at)"
          + " SELECT 1, 101, 'Volume ' || n, 'Mira Solberg', 'pending', 1, n, n FROM numbers";

  /** Scrolls by half a window per frame, to the end of what is loaded, which then grows. */
  private static final String SCROLL =
      """
      window.frames = []; window.empty = 0; window.scrolling = true;
      let drawn = performance.now();
      requestAnimationFrame(function frame(now) {
        window.frames.push(now - drawn);
        drawn = now;
        if (!document.elementFromPoint(innerWidth / 2, innerHeight * 0.6)?.closest('request-card')) window.empty++;
        scrollBy(0, innerHeight / 2);
        if (window.scrolling) requestAnimationFrame(frame);
      });
      """;

  private static final String SCROLLED =
      AT
          + """
      window.scrolling = false;
      return `${window.frames.length} frames, ${at(window.frames, 0.5)} ms apart at the median and ${at(window.frames, 0.95)} ms at the 95th percentile; ` +
        `no request in the middle of ${window.empty} of them; scrolled by ${Math.round(scrollY).toLocaleString('en')} px; ` +
        `${document.querySelectorAll('request-card').length} requests drawn at once`;
      """;

  private static final String REPORT =
      AT
          + """
      return `${window.messages} messages; a task delays others by ${at(window.late, 0.5)} ms at the median, ` +
        `${at(window.late, 0.95)} ms at the 95th percentile, ${at(window.late, 0.999)} ms at the 99.9th; ` +
        `${window.long.length} tasks of 50 ms or more (the longest ${Math.max(0, ...window.long).toFixed(0)} ms); ` +
        `frames are ${at(window.frames, 0.95)} ms apart at the 95th percentile`;
      """;

  @TempDir Path folder;

  @Test
  void fiftyMessagesASecond() {
    int seconds = Integer.getInteger("page.seconds", 20);
    try (var server = TestServer.demo(TestDatabase.SQLITE, folder)) {
      List<Asker> askers =
          IntStream.rangeClosed(1, READERS).mapToObj(number -> Asker.of(server, number)).toList();
      var browser = browsers.of("creator");
      InboxPage.open(browser, server, "creator").card(askers.getLast().title).part().awaitShown();
      browser.run(MEASURE);
      long start = System.nanoTime();
      for (int sent = 0; sent < seconds * REPLIES_A_SECOND; sent++) {
        LockSupport.parkNanos(start + sent * 1_000_000_000L / REPLIES_A_SECOND - System.nanoTime());
        askers.get(sent % READERS).reply("Word " + sent);
      }
      System.out.println("50 messages a second for " + seconds + " s: " + browser.run(REPORT));
    }
  }

  @Test
  void fiftyThousandRequests() {
    int seconds = Integer.getInteger("page.seconds", 20);
    try (var server = TestServer.demo(TestDatabase.SQLITE, folder)) {
      server.database().write(tx -> tx.update(LAY)).join();
      var browser = browsers.of("creator");
      InboxPage.open(browser, server, "creator");
      browser.run(SCROLL);
      long end = System.nanoTime() + seconds * 1_000_000_000L;
      while (System.nanoTime() < end) {
        LockSupport.parkNanos(end - System.nanoTime());
      }
      System.out.println(MANY + " requests for " + seconds + " s: " + browser.run(SCROLLED));
    }
  }

  private record Asker(TestClient client, long request, String title) {
    static Asker of(TestServer server, int number) {
      TestClient client = server.signIn("reader" + number);
      String title = "Volume " + number;
      var wish = Map.of("creator_id", 1, "title", title, "author", "Mira Solberg");
      var made = client.post("/api/book-requests", wish).expect(201).body();
      return new Asker(client, made.get("id").asLong(), title);
    }

    void reply(String text) {
      client.post("/api/book-requests/" + request + "/reply", Map.of("body", text)).expect(201);
    }
  }
}
