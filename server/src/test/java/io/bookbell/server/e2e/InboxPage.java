package io.bookbell.server.e2e;

import io.bookbell.server.TestServer;

/** The team inbox of the demo's first creator. */
record InboxPage(Browser browser) {
  static InboxPage open(Browser browser, TestServer server, String name) {
    return open(browser, server, name, server.url());
  }

  static InboxPage open(Browser browser, TestServer server, String name, String url) {
    browser.carrySession(server, name).visit(url + "/creators/1/inbox");
    return new InboxPage(browser).awaitLive();
  }

  InboxPage awaitLive() {
    browser.part("connection-state").awaitAttribute("data-state", "live");
    browser.part("request-list").awaitAttribute("aria-busy", "false");
    return this;
  }

  Card card(String title) {
    return Card.of(browser, title);
  }

  Part pending() {
    return browser.part("pending-badge");
  }

  int pendingNow() {
    return Integer.parseInt(pending().awaitShown().text());
  }

  Part toast() {
    return browser.part("toast");
  }
}
