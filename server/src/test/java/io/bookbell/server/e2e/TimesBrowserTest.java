package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that times follow the server's clock and the reader's calendar, and that quotas reset by
 * themselves.
 */
class TimesBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final String TWO_DAYS_AHEAD =
      "const real = Date.now; Date.now = () => real() + 2 * 24 * 3600_000;";

  @TempDir Path folder;
  private TestServer server;
  private Browser browser;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    browser = browsers.of("reader");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aWrongClockOfTheDeviceIsSetRight() {
    browser.command("Page.enable", Map.of());
    browser.command("Page.addScriptToEvaluateOnNewDocument", Map.of("source", TWO_DAYS_AHEAD));
    var reader = SupporterPage.open(browser, server, "reader1");
    var card = reader.ask("The Lantern Keeper", "Mira Solberg");
    card.part().inside("time-ago").awaitText("just now");
  }

  @Test
  void yesterdayIsADayOfTheCalendar() {
    browser.visit(server.url());
    browser.command("Emulation.setTimezoneOverride", Map.of("timezoneId", "America/New_York"));
    assertThat(said("2026-03-08T22:00:00Z", "2026-03-09T14:00:00Z")).isEqualTo("yesterday");
    assertThat(said("2026-03-07T22:00:00Z", "2026-03-09T14:00:00Z")).isEqualTo("2 days ago");
    assertThat(said("2026-03-09T13:00:00Z", "2026-03-09T22:00:00Z")).isEqualTo("9 hours ago");
    browser.command("Emulation.setTimezoneOverride", Map.of("timezoneId", ""));
  }

  private Object said(String time, String now) {
    return browser.run(
        "return import('/words/time-text.js').then(m => m.timeInWords(arguments[0], Date.parse(arguments[1])))",
        time,
        now);
  }

  @Test
  void aPeriodThatIsOverIsReadAgain() {
    var reader = SupporterPage.open(browser, server, "reader1");
    String left = reader.remaining().text();
    browser.run(
        """
        document.querySelector('bookbell-app').session.store.keepQuota({creator_id: 1, allowed: 5, used: 5, remaining: 0,
            period: 'month', resets_at: new Date(Date.now() + 2000).toISOString()});
        """);
    browser.part("quota-exhausted").awaitShown();
    browser.part("new-request-title").awaitShown();
    reader.remaining().awaitText(left);
  }
}
