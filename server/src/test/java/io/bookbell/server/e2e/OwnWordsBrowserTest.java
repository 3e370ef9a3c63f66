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
import org.openqa.selenium.Keys;

/** Tests that what is typed stays where it is typed: in its tab, its form and its request. */
class OwnWordsBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  /** Lets commands get to the server only when `sendNow` is called. */
  private static final String HOLD =
      """
      const send = window.fetch;
      const held = new Promise((go) => (window.sendNow = go));
      window.fetch = async (...call) => {
        if (call[1]?.method === 'POST') await held;
        return send(...call);
      };
      """;

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

  private String value(String field) {
    return browser.part("new-request-" + field).value();
  }

  private void write(String field, String text) {
    browser.part("new-request-" + field).write(text);
  }

  @Test
  void aTabFillsInNothingOfAnotherTabAndSendsNothingOfIt() {
    SupporterPage page = SupporterPage.open(browser, server, "reader7");
    write("title", "Emma");
    write("author", "Jane Austen");
    browser.part("new-request-more").click();
    write("note", "The one with the notes");
    browser.visit(server.url() + "/creators/1/requests");
    page.awaitLive();
    browser.await("the draft", () -> value("note").equals("The one with the notes"));

    browser.run("localStorage.clear()");
    browser.openTab(server.url() + "/creators/1/requests");
    page.awaitLive();
    browser.showTab(0);
    write("author", "J. Austen");
    browser.showTab(1);
    write("title", "Piranesi");
    assertThat(value("author")).isEmpty();
    assertThat(browser.part("new-request-note").count()).isZero();
    write("author", "Susanna Clarke");
    browser.press(Keys.ENTER); // the button moves when books like this are found
    page.card("Piranesi").part().awaitShown();
    browser.closeTab();
    browser.visit(server.url() + "/creators/1/requests");
    page.awaitLive();
    browser.await("the title", () -> value("title").equals("Emma"));
    assertThat(value("author")).isEqualTo("J. Austen");
  }

  @Test
  void wordsComeBackWhereARequestIsRefusedWhileItIsOnItsWay() {
    browser.expectErrors("status of 409");
    SupporterPage.open(browser, server, "reader7");
    write("title", "Emma");
    write("author", "Jane Austen");
    browser.run(HOLD);
    browser.part("new-request-submit").click();
    browser.part("new-request-submit").awaitAttribute("aria-disabled", "true");
    assertThat(browser.part("new-request-submit").hasFocus()).isTrue();
    var creator = server.signIn("creator");
    creator.patch("/api/creators/1", Map.of("accepting", false)).expect(200);
    browser.part("not-accepting").awaitShown();
    browser.run("window.sendNow()");
    browser.part("form-error").awaitShown();
    creator.patch("/api/creators/1", Map.of("accepting", true)).expect(200);
    browser.await("the title", () -> value("title").equals("Emma"));
    assertThat(value("author")).isEqualTo("Jane Austen");
  }

  @Test
  void whatIsTypedWhileARequestIsBeingSentStays() {
    SupporterPage page = SupporterPage.open(browser, server, "reader7");
    write("title", "Emma");
    write("author", "Jane Austen");
    browser.run(HOLD);
    browser.press(Keys.ENTER);
    write("title", "Persuasion");
    browser.run("window.sendNow()");
    page.card("Emma").part().awaitShown();
    browser.await("the sent author to go", () -> value("author").isEmpty());
    assertThat(value("title")).isEqualTo("Persuasion");
  }

  @Test
  void theSearchFieldSaysWhatIsSearchedFor() {
    InboxPage.open(browser, server, "creator");
    browser.part("inbox-search").write("zzzz");
    browser.part("status-tab-approved").click();
    browser.await(
        "field and address to agree",
        () ->
            browser.path().contains("status=approved")
                && browser
                    .part("inbox-search")
                    .value()
                    .equals(browser.path().contains("zzzz") ? "zzzz" : ""));
  }

  @Test
  void aZoneThatWasNotSavedDoesNotLookSaved() {
    browser.carrySession(server, "creator").visit(server.url() + "/creators/1/settings");
    String before = browser.part("time-zone").awaitShown().value();
    browser.run("document.querySelector('[data-testid=time-zone]').focus()");
    browser.press("Asia/Tok"); // the driver's own way of choosing fires no input event
    browser.await("the zone", () -> browser.part("time-zone").value().equals("Asia/Tokyo"));
    browser.visit(server.url() + "/creators/1/settings");
    browser.part("time-zone").awaitShown();
    assertThat(browser.part("time-zone").value()).isEqualTo(before);
  }

  @Test
  void theFilterOfTheLogStandsInTheAddress() {
    browser.carrySession(server, "creator").visit(server.url() + "/creators/1/activity");
    browser.part("activity").awaitShown();
    browser.part("activity-kind").choose("Approved");
    browser.awaitPath("/creators/1/activity?kind=request_approved");
    browser.run("document.querySelector(\"[data-testid='activity-list'] a\").click()");
    browser.part("request-card").awaitShown();
    browser.driver().navigate().back();
    browser.await(
        "the filter", () -> browser.part("activity-kind").value().equals("request_approved"));
  }

  @Test
  void escapeLeavesTheWordsForManyAndThenTheSelection() {
    InboxPage.open(browser, server, "creator");
    browser.part("request-select").click();
    browser.part("bulk-text").write("Soon");
    browser.press(Keys.ESCAPE);
    assertThat(browser.css("request-card").hasFocus()).isTrue();
    browser.press(Keys.ESCAPE);
    browser.part("bulk-bar").awaitGone();
  }
}
