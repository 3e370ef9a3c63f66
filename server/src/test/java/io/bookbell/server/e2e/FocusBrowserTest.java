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
import org.openqa.selenium.Keys;

/**
 * Tests where the focus goes when what had it vanishes, and that screen readers are told what
 * appears.
 */
class FocusBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final String FOCUS = "document.querySelector(arguments[0]).focus()";

  private static final String FOCUSED_CARD =
      "return Number(document.activeElement.closest('request-card')?.dataset.requestId ?? 0)";

  /** Remembers the places that are read out. */
  private static final String REMEMBER_PLACES =
      "window.places = new Set(document.querySelectorAll('[role=status], [role=alert]'))";

  private static final String IS_IN_REMEMBERED_PLACE =
      "return places.has(document.querySelector(arguments[0]).closest('[role=status],"
          + " [role=alert]'))";

  @TempDir Path folder;
  private TestServer server;
  private TestClient api;
  private Browser browser;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    api = server.signIn("creator");
    browser = browsers.of("creator");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void afterARowIsRemovedTheNextOneHasTheFocusAndAtLastTheHeading() {
    for (var answer : api.get("/api/canned-responses?creator_id=1").body().get("items")) {
      api.delete("/api/canned-responses/" + answer.get("id").asLong()).expect(204);
    }
    long first = keepReply("Too soon");
    long second = keepReply("Thanks");
    long third = keepReply("Bought");
    browser.carrySession(server, "creator").visit(server.url() + "/creators/1/settings");

    remove(second);
    browser.await("the focus on another row", () -> isFocused("li:has([data-canned-id])"));
    browser.press(Keys.TAB);
    assertThat(
            row(first).part("canned-edit").hasFocus() || row(third).part("canned-edit").hasFocus())
        .isTrue();

    row(third).part("canned-edit").awaitShown();
    browser.run(FOCUS, row(third).part("canned-edit").css());
    browser.press(Keys.ENTER);
    browser.await("the first field with the focus", browser.part("canned-name")::hasFocus);
    browser.press(Keys.ENTER);
    row(third).awaitShown();
    browser.await("the button with the focus", row(third).part("canned-edit")::hasFocus);

    remove(third);
    browser.await("the other row with the focus", () -> isFocused("li:has([data-canned-id])"));
    remove(first);
    browser.await("the heading with the focus", () -> isFocused("#canned-title"));
  }

  private long keepReply(String name) {
    var wanted = Map.of("creator_id", 1, "name", name, "body", name + "!");
    return api.post("/api/canned-responses", wanted).expect(201).body().get("id").asLong();
  }

  private Part row(long id) {
    return browser.part("canned").with("data-canned-id", id);
  }

  private void remove(long id) {
    Part button = row(id).part("canned-remove");
    button.awaitShown();
    browser.run(FOCUS, button.css());
    browser.press(Keys.ENTER);
    browser.await("the question", row(id).part("canned-remove-confirm")::hasFocus);
    browser.press(Keys.ENTER);
    row(id).awaitGone();
  }

  private boolean isFocused(String selector) {
    return browser.css(selector + ":focus").count() == 1;
  }

  @Test
  void aButtonKeepsTheFocusWhileItIsBusy() {
    browser.carrySession(server, "creator").visit(server.url() + "/creators/1/settings");
    Part button = browser.part("time-zone-submit").awaitShown();
    browser.run(FOCUS, button.css());
    browser.run(
        "window.busy = false; new MutationObserver(() => window.busy = true)"
            + ".observe(document.querySelector(arguments[0]), {attributeFilter:"
            + " ['aria-disabled']})",
        button.css());
    browser.press(Keys.ENTER);
    browser.await("the button to be off", () -> Boolean.TRUE.equals(browser.run("return busy")));
    browser.await("the button to be on", () -> "false".equals(button.attribute("aria-disabled")));
    browser.await("the button with the focus", button::hasFocus);
  }

  @Test
  void aCardThatAColleagueAnswersPassesTheFocusOn() {
    InboxPage.open(browser, server, "creator");
    browser.part("request-card").awaitShown();
    browser.press("j");
    browser.await("a card with the focus", () -> focusedCard() > 0);
    long card = focusedCard();

    server
        .signIn("team1")
        .post("/api/book-requests/" + card + "/respond", Map.of("status", "approved"))
        .expect(200);
    browser.part("request-card").with("data-request-id", card).awaitGone();
    browser.await("the next card with the focus", () -> focusedCard() > 0 && focusedCard() != card);
  }

  private long focusedCard() {
    return (Long) browser.run(FOCUSED_CARD);
  }

  @Test
  void whatIsReadOutComesToAPlaceThatWasThere() {
    browser.expectErrors("net::ERR_").expectErrors("WebSocket connection to");
    browser.carrySession(server, "creator").visit(server.url() + "/creators/1/invitations");
    browser.part("invitation-submit").awaitShown();
    Part tier = browser.part("invitation-tier").inside("option");
    browser.await("the tiers", () -> tier.count() > 0);
    browser.run(REMEMBER_PLACES);
    browser.part("invitation-submit").click();
    Part made = browser.part("invitation-made").awaitShown();
    assertThat(browser.run(IS_IN_REMEMBERED_PLACE, made.css())).isEqualTo(true);

    browser.offline(true);
    browser.part("invitation-submit").click();
    Part error = browser.part("form-error").awaitShown();
    assertThat(browser.run(IS_IN_REMEMBERED_PLACE, error.css())).isEqualTo(true);
    browser.offline(false);
  }
}
