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
import org.openqa.selenium.Keys;

/**
 * Tests that everything works without a mouse, the focus is always visible, and changes are
 * announced to screen readers.
 */
class KeyboardBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final int STOPS = 80;

  /** Whether the focused element has a visible focus indicator and isn't hidden under a bar. */
  private static final String FOCUS_SEEN =
      """
      const focused = document.activeElement;
      const marked = (element) => {
        if (!element) return false;
        const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(element);
        return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
      };
      const {left, right, top, bottom} = focused.getBoundingClientRect();
      const within = right > 0 && left < innerWidth && bottom > 0 && top < innerHeight;
      const drawn = focused.matches('[type=radio], [type=file]') ? [focused.nextElementSibling, focused.parentElement] : [focused];
      return focused === document.body || (focused.matches(':focus-visible') && drawn.some(marked) && within);
      """;

  private static final String IS_BEFORE_FOCUS =
      """
      const part = document.querySelector(arguments[0]);
      const where = part.compareDocumentPosition(document.activeElement);
      return document.activeElement !== document.body && (where & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
      """;

  /** The elements with noticeable animations or transitions. */
  private static final String MOVING =
      """
      return [...document.querySelectorAll('body, body *')].filter((element) => {
        const {animationDuration, animationName, transitionDuration} = getComputedStyle(element);
        return (animationName !== 'none' && parseFloat(animationDuration) > 0.001) || parseFloat(transitionDuration) > 0.001;
      }).map((element) => element.className);
      """;

  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /**
   * Presses Tab until this part has the focus, or Shift+Tab if it comes before the focused element.
   * The focus must be visible at each stop.
   */
  private static void walkTo(Part part) {
    Browser browser = part.browser();
    part.awaitShown();
    boolean back = Boolean.TRUE.equals(browser.run(IS_BEFORE_FOCUS, part.css()));
    for (int stop = 0; stop < STOPS && !part.hasFocus(); stop++) {
      browser.press(back ? Keys.chord(Keys.SHIFT, Keys.TAB) : Keys.TAB);
      assertThat(browser.run(FOCUS_SEEN)).as("focus seen on " + focused(browser)).isEqualTo(true);
    }
    assertThat(part.hasFocus()).as("the tabulator comes to " + part).isTrue();
  }

  private static String focused(Browser browser) {
    return String.valueOf(browser.run("return document.activeElement.outerHTML.slice(0, 200)"));
  }

  private static void press(Part part, CharSequence... keys) {
    walkTo(part);
    part.browser().press(keys);
  }

  private void signIn(Browser browser, String name) {
    browser.visit(server.url());
    browser.await("the first field has the focus", browser.part("login-email")::hasFocus);
    browser.press(name + "@demo.test", Keys.TAB, "demo", Keys.ENTER);
    browser.part("connection-state").awaitAttribute("data-state", "live");
  }

  private static void signOut(Browser browser) {
    press(browser.part("account-menu"), Keys.ENTER);
    press(browser.part("sign-out"), Keys.ENTER);
    browser.part("login-form").awaitShown();
  }

  @Test
  void aRequestIsMadeAnsweredAndTalkedAbout() {
    Browser reader = browsers.of("reader");
    signIn(reader, "reader4");
    press(reader.part("new-request-title"), "The Lantern Keeper");
    press(reader.part("new-request-author"), "Mira Solberg", Keys.ENTER);
    Part asked = Card.of(reader, "The Lantern Keeper").part().awaitShown();
    Part news = reader.css("[role=status][aria-live=polite].toasts").awaitShown();

    Browser team = browsers.of("team");
    signIn(team, "creator");
    team.part("request-card").awaitShown();
    team.press("j");
    team.await("a card with the focus", team.css("request-card")::hasFocus);
    Part card = Card.of(team, "The Lantern Keeper").part();
    press(card.part("respond-text"), "With pleasure.");
    press(card.part("respond-approve"), Keys.ENTER);
    // sends by itself before Tab could reach it

    asked.part("request-status").awaitText("Approved");
    news.awaitTextWith("The Lantern Keeper");
    press(asked.part("thread-toggle"), Keys.ENTER);
    press(asked.part("reply-text"), "Thank you!");
    press(asked.part("reply-submit"), Keys.ENTER);
    asked.part("reply").awaitTextWith("Thank you!");
    signOut(reader);
    signOut(team);
  }

  @Test
  void aQuotaIsGranted() {
    Browser team = browsers.of("team");
    signIn(team, "creator");
    press(team.part("nav-supporters"), Keys.ENTER);
    Part row = team.part("supporter").with("data-user-id", anybody());
    String before = row.part("supporter-allowed").awaitShown().text();
    press(row.part("supporter-grant"), Keys.ENTER);
    team.await("the amount has the focus", team.part("grant-amount")::hasFocus);
    team.press(Keys.TAB, "For your birthday", Keys.ENTER);
    row.part("supporter-allowed").awaitText(String.valueOf(Integer.parseInt(before) + 1));
    team.await("the focus where it came from", row.part("supporter-grant")::hasFocus);

    press(row.part("supporter-open"), Keys.ENTER);
    team.part("drawer-used").awaitShown();
    team.press(Keys.ESCAPE);
    team.part("supporter-drawer").awaitGone();
    team.await("the focus where it came from", row.part("supporter-open")::hasFocus);
  }

  private long anybody() {
    var list = server.signIn("creator").get("/api/supporters?creator_id=1").expect(200).body();
    return list.at("/items/0/user_id").asLong();
  }

  @Test
  void theBarsAreSkippedAndWhatOpensGivesTheFocusBack() {
    Browser team = browsers.of("team");
    InboxPage.open(team, server, "creator");
    press(team.css(".skip"), Keys.ENTER);
    team.await("main with the focus", team.css("main")::hasFocus);
    team.press(Keys.TAB);
    assertThat(team.css("main *").hasFocus()).isTrue();

    press(team.part("keys-open"), Keys.ENTER);
    team.part("keys-sheet").awaitShown();
    team.press(Keys.ESCAPE);
    team.await("the focus where it came from", team.part("keys-open")::hasFocus);
  }

  @Test
  void whoWantsNoMotionSeesNone() {
    Browser team = browsers.of("team");
    var still = Map.of("name", "prefers-reduced-motion", "value", "reduce");
    team.command("Emulation.setEmulatedMedia", Map.of("features", List.of(still)));
    InboxPage.open(team, server, "creator");
    server
        .signIn("reader4")
        .post("/api/book-requests", Map.of("creator_id", 1, "title", "Momo", "author", "M. Ende"))
        .expect(201);
    team.part("toast").awaitShown();
    assertThat(team.run(MOVING)).as("what moves").isEqualTo(List.of());
  }
}
