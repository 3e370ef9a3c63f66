package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests incoming messages, also at high rates, and what is typed while nothing can be sent. */
class LiveBrowserTest {
  @RegisterExtension static final Browsers browsers = Browsers.full();

  private static final String BOOK = "The Lantern Keeper";
  private static final String OTHER_BOOK = "The Paper Lighthouse";
  private static final int FLOOD = 150;
  private static final String CALLS =
      """
      return performance.getEntriesByType('resource').filter(({name}) => name.includes('/api/')).length
      """;

  /** Browsers keep the timings of only 250 calls, including modules, unless told otherwise. */
  private static final String COUNT_CALLS =
      "performance.clearResourceTimings(); performance.setResourceTimingBufferSize(1000)";

  /**
   * Records desktop notifications instead of showing them. Each has its own key in the local
   * storage, because tabs see each other's writes late.
   */
  private static final String LISTEN =
      """
      const tell = ({body}) => localStorage.setItem('told.' + crypto.randomUUID(), body);
      window.Notification = class {
        static permission = 'granted';
        static requestPermission = async () => 'granted';
        constructor(_title, options) { tell(options); }
      };
      ServiceWorkerRegistration.prototype.showNotification = async (_title, options) => tell(options);
      """;

  private static final String TOLD =
      """
      return Object.entries(localStorage)
          .filter(([key, text]) => key.startsWith('told.') && text.includes(arguments[0])).length
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
        browsers.of("reader").expectErrors("WebSocket connection to").expectErrors("net::ERR_");
  }

  @AfterEach
  void stop() throws Exception {
    link.close();
    server.close();
  }

  private long ask(TestClient client) {
    return ask(client, BOOK);
  }

  private long ask(TestClient client, String title) {
    var wish = Map.of("creator_id", 1, "title", title, "author", "Mira Solberg");
    return client.post("/api/book-requests", wish).expect(201).body().get("id").asLong();
  }

  private static void reply(TestClient client, long id, String text) {
    client.post("/api/book-requests/" + id + "/reply", Map.of("body", text)).expect(201);
  }

  /** What was sent before isn't replayed, so a snapshot comes instead of the message. */
  @Test
  void oneWhoIsRemovedWhileAwaySeesItOnComingBack() {
    browser.expectRefusals(); // what is shown is read again before access is known
    ask(server.signIn("reader1"));
    var page = SupporterPage.open(browser, server, "reader1", link.url());
    page.card(BOOK).part().awaitShown();
    link.cut();
    browser.await(
        "the page to know that it is away",
        () -> !browser.part("connection-state").attribute("data-state").equals("live"));

    server.signIn("creator").delete("/api/supporters/101?creator_id=1").expect(204);
    link.mend();

    browser.part("not-found").awaitShown();
  }

  @Test
  void aFloodIsShownWholeAndAsksForNothing() {
    TestClient reader = server.signIn("reader1");
    long id = ask(reader);
    var inbox = InboxPage.open(browser, server, "creator");
    inbox.card(BOOK).part().awaitShown();
    browser.run(COUNT_CALLS);
    var team = server.signIn("team1");
    var other = server.signIn("team2");
    for (int number = 1; number <= FLOOD; number += 3) {
      reply(reader, id, "Page " + number);
      reply(team, id, "Page " + (number + 1));
      reply(other, id, "Page " + (number + 2));
    }

    inbox.card(BOOK).part().part("thread-toggle").awaitText(FLOOD + " replies");
    assertThat((Long) browser.run(CALLS))
        .as("calls, which are for the counts of the tabs, some once a second")
        .isLessThan(FLOOD / 3);
    var replies = inbox.card(BOOK).openThread().replies();
    replies.awaitCount(FLOOD);
    assertThat(replies.texts()).last().asString().endsWith("Page " + FLOOD);
  }

  @Test
  void whatIsWrittenWithoutAConnectionIsKeptAndSentOnce() {
    TestClient client = server.signIn("reader1");
    long id = ask(client);
    var reader = SupporterPage.open(browser, server, "reader1", link.url());
    browser.part("new-request-title").write("Half a title");
    reader.card(BOOK).openThread();
    browser.part("reply-text").write("A first word");
    browser.visit(link.url() + "/creators/1/requests");
    reader.awaitLive().card(BOOK).openThread();
    assertThat(browser.part("new-request-title").value()).isEqualTo("Half a title");
    assertThat(browser.part("reply-text").value()).isEqualTo("A first word");

    link.cut();
    browser.part("reply-submit").click();
    browser.part("unsent-reply").awaitTextWith("A first word");
    browser.part("unsent-state").awaitTextWith("Waiting for a connection");
    browser.part("reply-text").write("A second word");
    browser.part("reply-submit").click();
    browser.part("unsent-reply").awaitCount(2);
    browser.run("[...document.querySelectorAll('[data-testid=unsent-remove]')].at(-1).click()");
    browser.part("unsent-reply").awaitCount(1);
    link.mend();

    browser.part("reply").awaitTextWith("A first word");
    browser.part("unsent-reply").awaitGone();
    browser.part("reply").awaitCount(1);
    var stored = client.get("/api/book-requests/" + id).expect(200).body().get("replies");
    assertThat(stored.findValuesAsText("body")).containsExactly("A first word");
  }

  @Test
  void hiddenTabsShowOneDesktopNotificationTogether() {
    var client = server.signIn("reader1");
    long first = ask(client);
    long second = ask(client, OTHER_BOOK);
    var reader = SupporterPage.open(browser, server, "reader1");
    wantBanners();
    browser.openTab(server.url());
    reader.awaitLive();
    browser.run(LISTEN);

    lookElsewhere();
    reply(server.signIn("team1"), first, "While you look elsewhere.");
    browser.await("it to be told", () -> told(BOOK) > 0);
    reply(server.signIn("team1"), second, "Each tab is through with the first by now.");
    browser.await("more to be told", () -> told(OTHER_BOOK) > 0);
    assertThat(told(BOOK)).as("how often it was told").isEqualTo(1);
    for (int tab = 0; tab < 2; tab++) {
      browser.showTab(tab);
      reader.unread().awaitText("2");
      assertThat(browser.title()).startsWith("(2)");
    }
  }

  @Test
  void aVisiblePageShowsNoDesktopNotification() {
    var client = server.signIn("reader1");
    long first = ask(client);
    long second = ask(client, OTHER_BOOK);
    SupporterPage.open(browser, server, "reader1");
    wantBanners();

    reply(server.signIn("team1"), first, "While you look.");
    browser.part("toast").awaitTextWith(BOOK);
    lookElsewhere();
    reply(server.signIn("team1"), second, "The page is through with the first by now.");
    browser.await("more to be told", () -> told(OTHER_BOOK) > 0);
    assertThat(told(BOOK)).as("how often it was told to one who looks").isZero();
  }

  private void wantBanners() {
    browser.run(LISTEN);
    browser.part("account-menu").click();
    browser.part("alert-banner").click();
    browser.part("alert-banner").awaitAttribute("aria-checked", "true");
  }

  /** Opens a tab that doesn't belong to the page. */
  private void lookElsewhere() {
    browser.expectErrors("/favicon.ico").openTab(server.url() + "/favicon.svg");
  }

  private long told(String title) {
    return (Long) browser.run(TOLD, title);
  }
}
