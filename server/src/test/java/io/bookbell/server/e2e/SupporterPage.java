package io.bookbell.server.e2e;

import io.bookbell.server.TestServer;

/** A supporter's page for the demo's first creator. */
record SupporterPage(Browser browser) {
  static SupporterPage open(Browser browser, TestServer server, String name) {
    return open(browser, server, name, server.url());
  }

  static SupporterPage open(Browser browser, TestServer server, String name, String url) {
    browser.carrySession(server, name).visit(url + "/creators/1/requests");
    return new SupporterPage(browser).awaitLive();
  }

  SupporterPage awaitLive() {
    browser.part("connection-state").awaitAttribute("data-state", "live");
    browser.part("request-list").awaitAttribute("aria-busy", "false");
    return this;
  }

  Card ask(String title, String author) {
    browser.part("new-request-title").write(title);
    browser.part("new-request-author").write(author);
    browser.part("new-request-submit").click();
    var card = card(title);
    card.part().awaitShown();
    return card;
  }

  Card card(String title) {
    return Card.of(browser, title);
  }

  Part remaining() {
    return browser.part("quota-remaining");
  }

  Part toast() {
    return browser.part("toast");
  }

  Part unread() {
    return browser.part("notification-badge");
  }
}
