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

/** Tests that nothing covers the end of the page. */
class ScrollBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

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
