package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests that text of twice the size fits into a phone, in the languages with long words. */
class LargeTextBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final String LARGE =
      """
      document.documentElement.style.fontSize = '200%';
      const {scrollWidth, clientWidth} = document.documentElement;
      const right = (each) => each.getBoundingClientRect().right;
      const outside = [...document.body.querySelectorAll('*')].filter((each) => each.checkVisibility() && right(each) > clientWidth + 1);
      return scrollWidth > clientWidth ? outside.map((each) => each.outerHTML.slice(0, 80) + ' ends at ' + right(each)).join(', ') : '';
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

  @Test
  void largeTextFitsIntoAPhone() {
    browser.resize(360, 740);
    for (String language : new String[] {"de", "fr", "ar"}) {
      browser.visit(server.url() + "/favicon.svg");
      browser.run("localStorage.setItem('bookbell.language', arguments[0])", language);
      InboxPage.open(browser, server, "creator");
      assertThat(browser.run(LARGE)).as("the inbox, %s", language).isEqualTo("");
      String lines =
          "return document.querySelector('[data-testid=nav-pending-badge]').getClientRects()[0].height";
      assertThat(((Number) browser.run(lines)).doubleValue()).as("the number").isLessThan(60);
      SupporterPage.open(browser, server, "reader1");
      assertThat(browser.run(LARGE)).as("a supporter's home, %s", language).isEqualTo("");
    }
  }
}
