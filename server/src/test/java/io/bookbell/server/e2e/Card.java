package io.bookbell.server.e2e;

/** A request in a list. */
record Card(Part part) {
  static Card of(Browser browser, String title) {
    return new Card(browser.css("request-card[aria-label^='" + title.replace("'", "\\'") + ": ']"));
  }

  Part status() {
    return part.part("request-status");
  }

  Part response() {
    return part.part("request-response");
  }

  Part replies() {
    return part.part("reply");
  }

  Part conflict() {
    return part.part("request-conflict");
  }

  Card word(String text) {
    part.part("respond-text").write(text);
    return this;
  }

  void approve() {
    part.part("respond-approve").click();
    part.browser().sendAnswers();
  }

  void decline() {
    part.part("respond-reject").click();
    part.part("respond-reject-confirm").click();
    part.browser().sendAnswers();
  }

  void withdraw() {
    part.part("request-cancel").click();
    part.part("request-cancel-confirm").click();
  }

  Card openThread() {
    part.part("thread-toggle").click();
    part.part("thread").awaitShown();
    return this;
  }

  void reply(String text) {
    part.part("reply-text").write(text);
    part.part("reply-submit").click();
  }
}
