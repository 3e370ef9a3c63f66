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

/** Tests how far the page is scrolled after Back and Forward, and that nothing covers its end. */
class ScrollBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final int FAR = 1_500;

  /** The links and buttons of the page that something else covers. */
  private static final String COVERED =
      """
      return [...document.querySelectorAll('main :is(a, button, input, textarea)')].filter((part) => {
        const {left, top, bottom, width, height} = part.getBoundingClientRect();
        if (!part.checkVisibility() || width < 2 || top < 100 || bottom > innerHeight) return false;
        return document.elementFromPoint(left + width / 2, top + height / 2)?.closest('.toasts, .toast');
      }).map((part) => part.outerHTML.slice(0, 120));
      """;

  private static final String IS_IN_FRONT =
      """
      const part = document.querySelector(arguments[0]);
      const {left, top, width, height} = part.getBoundingClientRect();
      return part.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      """;

  private static final String SAY_TWICE =
      """
      for (const text of ['A newer version is there.', 'Something else.'])
        document.dispatchEvent(new CustomEvent('toast', {detail: {text, act() {}}}));
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

  @Test
  void backAndForwardReturnToWhereThePageWasLeft() {
    browser.carrySession(server, "creator").visit(server.url() + "/creators/1/inbox?status=");
    new InboxPage(browser).awaitLive();
    browser.part("request-card").awaitShown();
    browser.await("far down", () -> scrollTo(FAR) >= FAR - 1);

    browser.run("document.querySelector('[data-testid=nav-supporters]').click()");
    browser.part("supporter").awaitShown();
    assertThat(scrolled()).isZero();
    long end = scrollTo(100_000);

    browser.run("history.back()");
    browser.awaitPath("/creators/1/inbox?status=");
    browser.await("the place in the inbox", () -> Math.abs(scrolled() - FAR) < 200);
    browser.part("request-card").awaitShown();

    browser.run("history.forward()");
    browser.awaitPath("/creators/1/supporters");
    browser.await("the end of the supporters", () -> Math.abs(scrolled() - end) < 2);
    browser.run("document.querySelector('[data-testid=nav-team]').click()");
    browser.part("team-add-submit").awaitShown();
    assertThat(scrolled()).isZero();
  }

  private long scrollTo(int top) {
    browser.run("scrollTo({top: arguments[0], behavior: 'instant'})", top);
    return scrolled();
  }

  private long scrolled() {
    return (Long) browser.run("return Math.round(scrollY)");
  }

  @Test
  void onAPhoneMessagesInPassingCoverNothingAtTheEndOfThePageAndNeverTheUndoButton() {
    browser.resize(390, 780);
    browser.carrySession(server, "creator").visit(server.url() + "/creators/1/inbox?status=");
    new InboxPage(browser).awaitLive();
    browser.part("request-card").awaitShown();
    browser.run(SAY_TWICE);
    browser.part("toast").awaitShown();
    browser.await(
        "the end of the page",
        () -> {
          long before = scrolled();
          return scrollTo(1_000_000) == before;
        });
    assertThat((List<?>) browser.run(COVERED)).isEmpty();

    browser.visit(server.url() + "/creators/1/inbox");
    new InboxPage(browser).awaitLive();
    browser.holdAnswers();
    browser.part("respond-approve").click();
    browser.part("undo").awaitShown();
    browser.run(SAY_TWICE);
    browser.part("toast").awaitShown();
    assertThat(browser.run(IS_IN_FRONT, Part.selector("undo"))).isEqualTo(true);
    assertThat(browser.run(IS_IN_FRONT, Part.selector("undo-send"))).isEqualTo(true);
    browser.sendHeldAnswers();
  }
}
