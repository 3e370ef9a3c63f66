package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** Tests every screen: it fits a small phone, is readable in dark mode, and needs no mouse. */
class ScreensBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final List<String> VISITORS = List.of("/", "/join#token", "/setup#token");
  private static final List<String> CREATORS =
      List.of(
          "/creators/1/inbox",
          "/creators/1/inbox?status=rejected",
          "/creators/1/inbox?q=no+such+words",
          "/creators/1/supporters",
          "/creators/1/tiers",
          "/creators/1/invitations",
          "/creators/1/team",
          "/creators/1/activity",
          "/creators/1/settings",
          "/creators/9/inbox");

  /** Texts whose contrast with their background is below 4.5, or below 3 for large text. */
  private static final String PALE_TEXTS =
      """
      document.getAnimations().forEach((animation) => animation.cancel());
      const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
      const parts = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
      };
      const over = ([r, g, b, a], [R, G, B]) =>
        [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
      const behind = (element) => {
        if (!element) return [255, 255, 255, 1];
        const own = parts(getComputedStyle(element).backgroundColor);
        return own[3] === 1 ? own : over(own, behind(element.parentElement));
      };
      const light = (colour) => {
        const [r, g, b] = colour.slice(0, 3).map((part) => part / 255)
          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const contrast = (element) => {
        const ground = behind(element);
        const [one, other] = [light(over(parts(getComputedStyle(element).color), ground)), light(ground)];
        return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      };
      const isLarge = (element) => parseFloat(getComputedStyle(element).fontSize) >= 24;
      return [...document.querySelectorAll('body *')]
        .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
        .filter((element) => element.checkVisibility() && !element.closest('[aria-hidden], [disabled], svg, script'))
        .filter((element) => contrast(element) < (isLarge(element) ? 3 : 4.5))
        .map((element) => `${element.className}: ${element.textContent.trim()} ${contrast(element).toFixed(2)}`);
      """;

  /** Elements that overflow the window on the right. */
  private static final String TOO_WIDE =
      """
      if (document.documentElement.scrollWidth <= innerWidth) return [];
      return [...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
        .map((element) => `${element.tagName} ${element.className}`);
      """;

  /** Controls without an accessible name, and a missing heading. */
  private static final String NAMELESS =
      """
      const named = (element) => element.getAttribute('aria-label') || element.getAttribute('aria-labelledby')
        || element.textContent.trim() || element.labels?.[0]?.textContent.trim();
      const nameless = [...document.querySelectorAll('a, button, input, select, textarea')]
        .filter((element) => !named(element)).map((element) => element.outerHTML);
      return document.querySelector('h1') ? nameless : [...nameless, 'no h1'];
      """;

  @TempDir Path folder;
  private TestServer server;
  private Browser browser;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    browser = browsers.of("creator");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void visit(String path) {
    browser.visit(server.url() + path);
    browser.await(
        path + " to settle",
        () ->
            Boolean.TRUE.equals(
                browser.run(
                    "return document.querySelector('h1') !== null && !document.querySelector("
                        + "'.skeleton, [aria-busy=true], [data-state=connecting]')")));
  }

  private void assertNothing(String script, String path) {
    assertThat((List<?>) browser.run(script)).as(path).isEmpty();
  }

  @Test
  void everyScreenFitsASmallPhoneAndIsReadInLightAndDark() {
    browser.resize(320, 640);
    VISITORS.forEach(this::check);
    browser.carrySession(server, "reader1");
    List.of("/creators/1/requests", "/requests/" + requestOf("reader1")).forEach(this::check);
    browser.carrySession(server, "creator");
    CREATORS.forEach(this::check);
  }

  private long requestOf(String name) {
    var own = server.signIn(name).get("/api/book-requests?creator_id=1").expect(200).body();
    return own.at("/items/0/id").asLong();
  }

  private void check(String path) {
    visit(path);
    assertNothing(TOO_WIDE, path);
    assertNothing(NAMELESS, path);
    assertNothing(PALE_TEXTS, path + " in the light");
    browser.dark(true);
    assertNothing(PALE_TEXTS, path + " in the dark");
    browser.dark(false);
  }

  @Test
  void aSupporterAsksByKeyboard() {
    var page = SupporterPage.open(browser, server, "reader1");
    browser.tabTo(browser.part("new-request-title"));
    browser.press("The Lantern Keeper", Keys.TAB, "Mira Solberg", Keys.ENTER);
    page.card("The Lantern Keeper").part().awaitShown();
  }

  @Test
  void anAdminApprovesAndDeclinesByKeyboard() {
    var page = InboxPage.open(browser, server, "creator");
    int pending = page.pendingNow();
    browser.tabTo(browser.part("respond-text"));
    browser.press("With pleasure.", Keys.TAB, Keys.ENTER);
    page.pending().awaitText(String.valueOf(pending - 1));
    browser.await("the focus on the next card", browser.css("request-card")::hasFocus);

    browser.tabTo(browser.part("respond-reject"));
    browser.press(Keys.ENTER);
    browser.await("the focus on the question", browser.part("respond-reject-confirm")::hasFocus);
    browser.press(Keys.ENTER);
    page.pending().awaitText(String.valueOf(pending - 2));
  }

  @Test
  void menusCloseOnEscapeAndGiveTheFocusBack() {
    InboxPage.open(browser, server, "creator");
    var bell = browser.part("notifications-open");
    browser.tabTo(bell);
    browser.press(Keys.ENTER);
    browser.part("notifications").awaitShown();
    browser.press(Keys.ESCAPE);
    browser.part("notifications").awaitGone();
    assertThat(bell.hasFocus()).isTrue();
  }
}
