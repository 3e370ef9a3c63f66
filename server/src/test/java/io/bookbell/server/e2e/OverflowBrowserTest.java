package io.bookbell.server.e2e;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
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

/** Tests that words and URLs without spaces, in every text field, overflow nothing on a phone. */
class OverflowBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final String WORD =
      "Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetz";
  private static final String ADDRESS =
      "https://books.example/" + "a%20very/".repeat(14) + "?q=" + WORD;
  private static final String NAME = WORD.substring(0, 60);

  @TempDir Path folder;
  private TestServer server;
  private TestClient creator;
  private Browser browser;
  private Fit fit;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    browser = browsers.of("reader");
    fit = new Fit(browser);
    creator = server.signIn("creator");
    write();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Puts long words into everything that people can name or write. */
  private void write() {
    var look = Map.of("name", NAME, "rules", ADDRESS, "notice", ADDRESS);
    creator.patch("/api/creators/1", look).expect(200);
    var tier = Map.of("creator_id", 1, "name", NAME, "requests_allowed", 3, "period", "month");
    long tierId = creator.post("/api/tiers", tier).expect(201).body().get("id").asLong();
    var reader = join(Map.of("creator_id", 1, "kind", "supporter", "tier_id", tierId), "s");
    join(Map.of("creator_id", 1, "kind", "team"), "t");
    var ready = Map.of("creator_id", 1, "name", NAME, "body", ADDRESS);
    creator.post("/api/canned-responses", ready).expect(201);
    var grant = Map.of("amount", 2, "reason", ADDRESS);
    creator.post("/api/supporters/" + reader.userId() + "/grant?creator_id=1", grant).expect(200);
    long first = ask(reader, WORD);
    ask(reader, ADDRESS.substring(0, 200));
    ask(reader, "B" + WORD);
    var answer = Map.of("status", "approved", "response", ADDRESS);
    creator.post("/api/book-requests/" + first + "/respond", answer).expect(200);
    reply(creator, first);
    reply(reader, first);
  }

  private TestClient join(Map<String, ?> wish, String kind) {
    String url = creator.post("/api/invitations", wish).expect(201).body().get("url").asText();
    var account =
        Map.of(
            "token",
            url.substring(url.indexOf('#') + 1),
            "email",
            kind + WORD.substring(0, 50) + "@" + WORD.substring(0, 40) + ".example.test",
            "display_name",
            NAME,
            "password",
            "a longer password");
    return server.client().as(server.client().post("/api/auth/accept", account).expect(200));
  }

  private static long ask(TestClient client, String title) {
    var wish = Map.of("creator_id", 1, "title", title, "author", WORD, "note", ADDRESS);
    return client.post("/api/book-requests", wish).expect(201).body().get("id").asLong();
  }

  private static void reply(TestClient client, long id) {
    client.post("/api/book-requests/" + id + "/reply", Map.of("body", ADDRESS)).expect(201);
  }

  @Test
  void nothingOverflowsAPhone() {
    browser.resize(360, 740);
    asASupporter();
    inTheInbox();
    inTheOtherPlaces();
    fit.assertNothingFound();
  }

  private void asASupporter() {
    String email = "s" + WORD.substring(0, 50) + "@" + WORD.substring(0, 40) + ".example.test";
    var session = server.client().signIn(email, "a longer password");
    browser.carry(session).visit(server.url() + "/creators/1/requests");
    new SupporterPage(browser).awaitLive();
    fits("a supporter's home");
    press("notifications-open", "notification");
    press("account-menu", "language");
    browser.press(Keys.ESCAPE);
    press("quota-explain", "quota-explanation");
    press("thread-toggle", "thread");
    browser.part("new-request-title").write(WORD);
    browser.part("asked-already").awaitShown();
    fits("what was asked for already");
    browser.part("new-request-author").write(WORD);
    browser.part("new-request-submit").click();
    browser.part("toast").awaitTextWith(WORD);
    fits("a toast");
  }

  private void inTheInbox() {
    InboxPage.open(browser, server, "creator");
    fits("the inbox");
    browser.part("request-card").with("aria-posinset", 1).part("respond-text").write(ADDRESS);
    fits("an answer being written");
    browser.holdAnswers();
    browser.part("request-card").with("aria-posinset", 1).part("respond-approve").click();
    browser.part("undo").awaitShown();
    fits("an answer that can be taken back");
    browser.sendHeldAnswers();
    browser.part("toast").awaitTextWith(NAME);
    fits("the team's toast");
    press("respond-reject", "respond-reject-confirm");
    press("thread-toggle", "thread");
    press("request-supporter", "drawer-used");
    browser.press(Keys.ESCAPE);
    press("notifications-open", "notification");
    visit("/creators/1/inbox?q=" + WORD);
    press("account-menu", "language");
    browser.press(Keys.ESCAPE);
  }

  private void inTheOtherPlaces() {
    List.of("supporters", "tiers", "invitations", "team", "activity", "settings", "begin")
        .forEach(place -> visit("/creators/1/" + place));
    visit("/creators/1/supporters");
    press("supporter-grant", "grant-submit");
    press("supporter-open", "drawer-used");
    visit("/requests/" + creator.get("/api/book-requests?creator_id=1").body().at("/items/0/id"));
  }

  /** Navigates within the page, without reloading it. */
  private void visit(String path) {
    String go =
        "document.querySelector('bookbell-app')"
            + ".dispatchEvent(new CustomEvent('navigate', {detail: arguments[0]}))";
    browser.run(go, path);
    browser.awaitPath(path);
    browser.css("html:not(:has(.skeleton, [aria-busy=true])) h1").awaitShown();
    fits(path);
  }

  private void press(String part, String shown) {
    browser.part(part).click();
    browser.part(shown).awaitShown();
    fits(shown);
  }

  /** Checks two phone widths, left-to-right and right-to-left. */
  private void fits(String what) {
    for (String direction : List.of("rtl", "ltr")) {
      browser.run("document.documentElement.dir = arguments[0]", direction);
      for (int width : List.of(320, 360)) {
        browser.resize(width, 740);
        fit.look(what + ", " + direction + ", " + width);
      }
    }
  }
}
