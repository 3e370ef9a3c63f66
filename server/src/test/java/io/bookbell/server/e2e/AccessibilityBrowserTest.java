package io.bookbell.server.e2e;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.StandInLibrary;
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

/** Tests every page in each of its states with axe's rules for WCAG 2.2 AA. */
class AccessibilityBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  @TempDir Path folder;
  private StandInLibrary library;
  private TestServer server;
  private Browser browser;
  private Axe axe;

  @BeforeEach
  void start() {
    library = new StandInLibrary();
    var serverConfig = TestServer.config(TestDatabase.SQLITE.create(folder));
    server = TestServer.demo(serverConfig.withCatalogue(library.address()));
    browser = browsers.of("creator");
    axe = new Axe(browser);
  }

  @AfterEach
  void stop() {
    server.close();
    library.close();
  }

  /** Opens a page and waits until it has its heading and no longer loads anything. */
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

  private void look(String path) {
    visit(path);
    axe.look(path);
  }

  private void pressInto(String testId, String shown) {
    browser.part(testId).click();
    browser.part(shown).awaitShown();
    axe.look(shown);
  }

  @Test
  void signedOutPagesAreAccessible() {
    browser.expectErrors("/api/auth/login").expectErrors("/api/me");
    look("/");
    browser.part("login-email").write("nobody@demo.test");
    browser.part("login-password").write("wrong");
    pressInto("login-submit", "login-error");
    look("/setup#token");
    look("/reset#token");
    look("/news");
    look("/news#unsubscribe=token");
    browser.command("Network.enable", Map.of());
    browser.command("Network.setBlockedURLs", Map.of("urls", List.of("*/api/me")));
    look("/");
    browser.command("Network.setBlockedURLs", Map.of("urls", List.of()));
    axe.assertNothingFound();
  }

  @Test
  void setupPagesAreAccessible() {
    server.close();
    server = TestServer.empty(TestDatabase.SQLITE, folder.resolve("empty"));
    browser.visit(server.setupLink().orElseThrow());
    browser.part("setup-creator-name").write("The Corner Shelf");
    axe.look("the setup");
    browser.part("account-name").write("Ada");
    browser.part("account-email").write("ada@example.test");
    browser.part("account-password").write("a longer password");
    pressInto("setup-submit", "step-account");
    browser.part("look-colour").with("data-colour", "#7a3b2e").click();
    browser.part("step-look").awaitAttribute("data-done", "true");
    browser.part("guide-tier-name").write("Reader");
    browser.part("guide-tier-add").click();
    browser.part("step-tiers").awaitAttribute("data-done", "true");
    pressInto("guide-invite", "guide-link");
    pressInto("guide-leave", "request-list-empty");
    axe.assertNothingFound();
  }

  @Test
  void pagesOfANewSupporterAreAccessible() {
    var wish = Map.of("creator_id", 1, "kind", "supporter", "tier_id", 1);
    var made = server.signIn("creator").post("/api/invitations", wish).expect(201).body();
    browser.visit(made.get("url").asText());
    browser.part("join-form").awaitShown();
    axe.look("the invitation");
    browser.part("account-name").write("Nora Lind");
    browser.part("account-email").write("nora@example.test");
    browser.part("account-password").write("a longer password");
    browser.part("join-submit").click();
    new SupporterPage(browser).awaitLive();
    axe.look("an empty home");
    pressInto("notifications-open", "notifications-empty");
    axe.assertNothingFound();
  }

  @Test
  void supporterPagesAreAccessible() {
    browser.expectErrors("/api/book-requests - "); // submits the empty form
    browser.carrySession(server, "reader7");
    look("/creators/1/requests");
    pressInto("new-request-submit", "new-request-title-error");
    browser.part("new-request-title").write("lantern");
    browser.part("book-suggestion").awaitShown();
    axe.look("books of the catalogue");
    browser.press(Keys.ARROW_DOWN, Keys.ENTER);
    browser.part("chosen-cover").awaitShown();
    browser.part("new-request-title").write("martian");
    browser.part("me-too").awaitShown();
    axe.look("what was asked for already");
    pressInto("me-too", "followed-book");
    pressInto("quota-explain", "quota-explanation");
    pressInto("thread-toggle", "thread");
    pressInto("notifications-open", "notifications");
    browser.part("account-menu").click();
    browser.css("alert-switches [role=switch]").awaitShown();
    axe.look("the account's menu");
    pressInto("creator-switcher", "creator-option");
    visit("/requests/" + requestOf("reader7"));
    axe.look("one request");
    server.signIn("reader7");
    visit("/account");
    browser.part("own-session-end").awaitShown();
    axe.look("one's own account");
    browser.part("own-removal-password").write("demo");
    pressInto("own-removal", "own-removal-confirm");
    axe.assertNothingFound();
  }

  private long requestOf(String name) {
    var own = server.signIn(name).get("/api/book-requests?creator_id=1").expect(200).body();
    return own.at("/items/0/id").asLong();
  }

  @Test
  void teamInboxIsAccessible() {
    browser.carrySession(server, "creator");
    List.of("?status=", "?status=rejected", "?q=no+such+words", "")
        .forEach(query -> look("/creators/1/inbox" + query));
    var card = browser.part("request-card").with("aria-posinset", 1);
    long id = Long.parseLong(card.attribute("data-request-id"));
    pressInto("thread-toggle", "thread");
    pressInto("respond-reject", "respond-reject-confirm");
    card.part("respond-text").write("On its way");
    server
        .signIn("team1")
        .post("/api/book-requests/" + id + "/respond", Map.of("status", "approved"))
        .expect(200);
    browser.part("request-conflict").awaitShown();
    axe.look("a colleague was first");
    pressInto("request-supporter", "drawer-used");
    browser.press(Keys.ESCAPE);

    visit("/creators/1/inbox");
    browser.press("j", "x");
    browser.part("bulk-count").awaitShown();
    axe.look("one selected");
    browser.holdAnswers();
    pressInto("bulk-approved", "undo-send");
    pressInto("keys-open", "keys-sheet");
    axe.assertNothingFound();
  }

  @Test
  void otherPagesAreAccessible() {
    browser.carrySession(server, "creator");
    List.of("supporters", "tiers", "invitations", "team", "activity", "settings")
        .forEach(place -> look("/creators/1/" + place));
    visit("/creators/1/tiers");
    pressInto("tier-new", "tier-form");
    visit("/creators/1/supporters");
    pressInto("supporter-grant", "grant-submit");
    answersKeptReady();
    webhookBeingChanged();
    keysForPrograms();
    look("/creators/9/inbox");
    axe.assertNothingFound();
  }

  private void keysForPrograms() {
    browser.expectErrors("/api/keys - ");
    look("/account");
    pressInto("key-submit", "key-name-error");
    browser.part("key-name").write("My bot");
    pressInto("key-submit", "key-secret");
    pressInto("key-revoke", "key-revoke-confirm");
  }

  private void webhookBeingChanged() {
    addWebhook();
    visit("/creators/1/settings");
    pressInto("webhook-edit", "webhook-edit-form");
    browser.expectErrors("400").part("webhook-edit-url").write("nonsense");
    pressInto("webhook-edit-submit", "webhook-edit-url-error");
    pressInto("webhook-deliveries", "delivery");
  }

  /** To a place that doesn't exist, with a test that waits or has failed. */
  private void addWebhook() {
    var creator = server.signIn("creator");
    var webhook =
        Map.of("creator_id", 1, "url", "https://a.invalid/", "events", List.of("reply_added"));
    long id = creator.post("/api/webhooks", webhook).expect(201).body().get("id").asLong();
    creator.send("POST", "/api/webhooks/" + id + "/test", null, Map.of()).expect(202);
  }

  @Test
  void operatorPagesAreAccessible() {
    server
        .database()
        .write(tx -> tx.update("UPDATE app_user SET operator = TRUE WHERE email LIKE 'creator@%'"))
        .join();
    browser.carrySession(server, "creator");
    look("/operator");
    addWebhook();
    visit("/operator");
    pressInto("account-open", "account-details");
    browser.part("outbox-counts").awaitShown();
    axe.look("what waits in the outbox");
    browser.resize(320, 640);
    axe.look("the operator's page on a phone");
    axe.assertNothingFound();
  }

  private void answersKeptReady() {
    visit("/creators/1/settings");
    pressInto("canned-new", "canned-form");
    browser.part("canned-name").write("Soon");
    browser.part("canned-body").write("It is next on the list.");
    pressInto("canned-submit", "canned");
    visit("/creators/1/inbox");
    browser.part("canned-choice").awaitShown();
    axe.look("answers to choose from");
  }

  /** The narrowest window, in a right-to-left language. */
  @Test
  void arabicPagesAreAccessibleOnASmallPhone() {
    browser.resize(320, 640);
    visit("/");
    browser.run("localStorage.setItem('bookbell.language', 'ar')");
    look("/");
    browser.carrySession(server, "reader7");
    look("/creators/1/requests");
    pressInto("notifications-open", "notifications");
    browser.carrySession(server, "creator");
    List.of("inbox", "supporters", "invitations", "settings")
        .forEach(place -> look("/creators/1/" + place));
    addWebhook();
    visit("/creators/1/settings");
    pressInto("webhook-edit", "webhook-edit-form");
    look("/account");
    browser.run("localStorage.clear()");
    axe.assertNothingFound();
  }
}
