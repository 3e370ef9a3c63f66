package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests the page as a whole: its initial transfer size, layout shifts, and opening it offline. */
class ShellBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  /** 29,000 of these bytes are the page's font. */
  private static final long MAX_INITIAL_BYTES = 154_000;

  private static final String WATCH_SHIFTS =
      """
      window.shifts = [];
      new PerformanceObserver((list) => list.getEntries().forEach(({value, sources}) =>
          window.shifts.push(value.toFixed(4) + ' ' + sources.map(({node}) => node?.outerHTML?.slice(0, 120)))))
        .observe({type: 'layout-shift', buffered: true});
      """;
  private static final String BYTES =
      """
      return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
          .filter(({name}) => !name.includes('service-worker') && !name.includes('webmanifest'))
          .reduce((sum, {transferSize}) => sum + transferSize, 0)
      """;

  /** Presses "Try again" three times, and lets none of the starts get further until "go". */
  private static final String TRY_AGAIN =
      """
      const get = window.fetch;
      const held = new Promise((go) => window.go = go);
      window.starts = 0;
      window.fetch = async (...call) => {
        if (!String(call[0]).endsWith('/api/me')) return get(...call);
        window.starts++;
        await held;
        return get(...call);
      };
      for (let press = 0; press < 3; press++) document.querySelector('[data-testid=start-retry]').click();
      """;

  private static final String KEPT =
      """
      navigator.serviceWorker.ready.then(({active}) => window.kept = active.state === 'activated');
      return window.kept === true
      """;

  @TempDir Path folder;
  private TestServer server;
  private CutLink link;
  private Browser browser;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    link = CutLink.to(server.url());
    browser =
        browsers.of("reader").expectErrors("net::ERR_").expectErrors("WebSocket connection to");
  }

  @AfterEach
  void stop() throws Exception {
    link.close();
    server.close();
  }

  @Test
  void theFirstViewIsSmallAndNothingJumps() {
    watchShifts();
    SupporterPage.open(browser, server, "reader1").card(firstTitle()).part().awaitShown();
    isSmallAndStill("supporter");

    browser.forget();
    watchShifts();
    browser.command("Network.clearBrowserCache", Map.of());
    InboxPage.open(browser, server, "creator").pending().awaitShown();
    browser.part("request-card").awaitShown();
    isSmallAndStill("creator");
  }

  private void watchShifts() {
    browser.command("Page.enable", Map.of());
    browser.command("Page.addScriptToEvaluateOnNewDocument", Map.of("source", WATCH_SHIFTS));
  }

  private String firstTitle() {
    var mine = server.signIn("reader1").get("/api/book-requests?creator_id=1&limit=1");
    return mine.expect(200).body().at("/items/0/title").asText();
  }

  private void isSmallAndStill(String who) {
    assertThat((Long) browser.run(BYTES))
        .as("bytes of the first view of the %s", who)
        .isBetween(20_000L, MAX_INITIAL_BYTES);
    assertThat((List<?>) browser.run("return window.shifts")).as("jumps, %s", who).isEmpty();
  }

  @Test
  void withoutANetworkThePageOpensAndComesBackByItself() {
    SupporterPage.open(browser, server, "reader1", link.url());
    browser.await("the page's files to be kept", () -> Boolean.TRUE.equals(browser.run(KEPT)));
    assertThat(browser.run("return caches.match('/api/me').then((kept) => kept === undefined)"))
        .isEqualTo(true);

    link.cut();
    browser.visit(link.url() + "/creators/1/requests");
    browser.part("unreachable").awaitTextWith("opens by itself");
    browser.run(TRY_AGAIN);
    assertThat((Long) browser.run("return window.starts")).isLessThanOrEqualTo(1);
    link.mend();
    browser.run("window.go()");
    new SupporterPage(browser).awaitLive();
    browser.part("request-card").awaitShown();
  }
}
