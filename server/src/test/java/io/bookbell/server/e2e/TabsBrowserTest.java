package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that several tabs of a browser share one connection, and that each shows everything once.
 */
class TabsBrowserTest {
  @RegisterExtension static final Browsers browsers = Browsers.full();

  private static final Pattern CONNECTIONS = Pattern.compile("(?m)^bookbell_connections (\\d+)");
  private static final String LEADS =
      "return document.querySelector('bookbell-app').session.client.leads";
  private static final String COUNT =
      """
      window.heard = [];
      document.querySelector('bookbell-app').session.client.addEventListener('message',
          ({detail}) => window.heard.push(detail.type));
      """;
  private static final String REPLIES =
      "return window.heard.filter(type => type === 'book_request_update').length";

  @TempDir Path folder;
  private TestServer server;

  /** Not within a test, because pages that are still open log that they can't reconnect. */
  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void theConnectionIsSharedAndPassesOnWhenItsTabIsClosed() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var browser = browsers.of("reader");
    SupporterPage page = SupporterPage.open(browser, server, "reader1");
    page.ask("The Lantern Keeper", "Mira Solberg");
    for (int tab = 1; tab <= 2; tab++) {
      browser.openTab(server.url());
      page.awaitLive().card("The Lantern Keeper").part().awaitShown();
      browser.run(COUNT);
    }
    assertThat(connections(server)).isEqualTo(1);
    browser.showTab(0);
    assertThat(browser.run(LEADS)).isEqualTo(true);

    browser.closeTab();
    browser.await("another tab to lead", () -> leads(browser, 0) || leads(browser, 1));
    reply(server, "On its way.");
    for (int tab = 0; tab < 2; tab++) {
      browser.showTab(tab);
      page.card("The Lantern Keeper").part().part("thread-toggle").awaitText("1 reply");
      page.awaitLive().unread().awaitText("1");
      assertThat(browser.run(REPLIES)).as("in tab %s", tab).isEqualTo(1L);
    }
    assertThat(connections(server)).isEqualTo(1);

    browser.visit("about:blank");
    browser.showTab(0);
    browser.visit("about:blank");
    browser.await("no connection", () -> connections(server) == 0);

    reply(server, "Here it is.");
    browser.driver().navigate().back();
    page.awaitLive().card("The Lantern Keeper").part().part("thread-toggle").awaitText("2 replies");
    assertThat(connections(server)).isEqualTo(1);
  }

  private static boolean leads(Browser browser, int tab) {
    browser.showTab(tab);
    return Boolean.TRUE.equals(browser.run(LEADS));
  }

  private static void reply(TestServer server, String text) {
    TestClient team = server.signIn("team1");
    var found = team.get("/api/book-requests?creator_id=1&q=Lantern%20Keeper").expect(200);
    long id = found.body().at("/items/0/id").asLong();
    team.post("/api/book-requests/" + id + "/reply", Map.of("body", text)).expect(201);
  }

  private static int connections(TestServer server) {
    var count = CONNECTIONS.matcher(server.client().get("/metrics").raw().body());
    return count.find() ? Integer.parseInt(count.group(1)) : -1;
  }
}
