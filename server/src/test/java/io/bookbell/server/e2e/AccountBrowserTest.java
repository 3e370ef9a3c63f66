package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.Services;
import io.bookbell.server.TestServer;
import io.bookbell.server.account.ResetLinkStore;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** Tests signing in, joining, setting up and signing out. */
class AccountBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  /** Leaves unanswered who is signed in, and notes whom the other calls name. */
  private static final String HOLD_ME =
      """
      const get = window.fetch;
      window.named = [];
      window.fetch = async (...call) => {
        if (String(call[0]).endsWith('/api/me')) return new Promise(() => {});
        window.named.push(call[1].headers['Bookbell-User'] ?? 'nobody');
        return get(...call);
      };
      """;

  @TempDir Path folder;
  private TestServer server;

  /** Not within a test, because pages that are still open log that they can't reconnect. */
  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void signsInByKeyboardAndIsToldWhenThePasswordIsWrong() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var browser = browsers.of("reader").visit(server.url()).expectErrors("/api/auth/login");
    var email = browser.part("login-email").awaitShown();
    browser.await("the focus in the first field", email::hasFocus);
    browser.press("reader1@demo.test", Keys.TAB, "wrong", Keys.ENTER);
    browser.part("login-error").awaitShown();
    assertThat(email.value()).isEqualTo("reader1@demo.test");

    browser.tabTo(browser.part("login-password"));
    browser.press(Keys.chord(Keys.CONTROL, "a"), "demo", Keys.ENTER);
    browser.part("quota-remaining").awaitShown();
    browser.awaitPath("/creators/1/requests");
  }

  /** Until the page knows who has signed in, nothing is done as somebody whom it doesn't show. */
  @Test
  void whileSomebodySignsInWhatIsShownStillNamesItsUser() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var browser = browsers.of("reader");
    SupporterPage.open(browser, server, "reader1");
    browser.run(HOLD_ME);
    browser.run(
        """
        const app = document.querySelector('bookbell-app');
        app.dispatchEvent(new Event('signed-in'));
        app.session.api.notifications({});
        """);

    String me = server.signIn("reader1").get("/api/me").body().at("/user/id").asText();
    browser.await("the call", () -> browser.run("return window.named[0]") != null);
    assertThat(browser.run("return window.named[0]")).isEqualTo(me);
  }

  @Test
  void signingOutInOneTabEndsTheOther() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var browser = browsers.of("reader");
    SupporterPage.open(browser, server, "reader1");
    browser.openTab(server.url());
    new SupporterPage(browser).awaitLive();

    browser.part("account-menu").click();
    browser.part("sign-out").click();
    browser.part("login-form").awaitShown();
    browser.showTab(0);
    browser.part("login-form").awaitShown();
    browser.part("sign-in-reason").awaitText("You’re signed out.");
    assertThat(browser.part("request-card").count()).isZero();
  }

  @Test
  void allTabsShowWhatHappensInOne() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var browser = browsers.of("reader").expectErrors("ERR_CONNECTION_REFUSED"); // on shutdown
    var page = SupporterPage.open(browser, server, "reader1");
    browser.openTab(server.url());
    page.awaitLive().ask("The Lantern Keeper", "Mira Solberg");
    browser.showTab(0);
    page.card("The Lantern Keeper").part().awaitShown();
    page.card("The Lantern Keeper").withdraw();
    browser.showTab(1);
    page.card("The Lantern Keeper").status().awaitText("Withdrawn");
  }

  @Test
  void theFirstAccountIsMadeThroughTheSetupLink() {
    server = TestServer.empty(TestDatabase.SQLITE, folder);
    var browser = browsers.of("creator").expectErrors("/api/setup");
    browser.visit(server.setupLink().orElseThrow());
    browser.part("setup-creator-name").write("The Corner Shelf");
    browser.part("account-name").write("Ada");
    browser.part("account-email").write("ada@example.test");
    browser.part("account-password").write("short");
    browser.part("setup-submit").click();
    browser.part("account-password-error").awaitShown();
    browser.part("account-password").write("a longer password");
    browser.part("setup-submit").click();

    browser.part("creator-name").awaitText("The Corner Shelf");
    browser.part("step-account").awaitAttribute("data-done", "true");
    assertThat(browser.path()).endsWith("/begin");
    fromTheSetupToTheFirstRequest(browser);
  }

  /** Leaves the setup in between and resumes it from the inbox. */
  private void fromTheSetupToTheFirstRequest(Browser creator) {
    creator.part("look-colour").with("data-colour", "#7a3b2e").click();
    creator.part("step-look").awaitAttribute("data-done", "true");
    creator.part("guide-leave").click();
    creator.part("setup-card").awaitTextWith("2 of 4");
    creator.part("setup-continue").click();
    creator.part("guide-tier-name").write("Reader");
    creator.part("guide-tier-add").click();
    creator.part("step-tiers").awaitAttribute("data-done", "true");
    creator.part("guide-invite").click();
    String link = creator.part("guide-link").awaitShown().value();
    creator.part("guide-leave").click();
    creator.part("request-list-empty").awaitShown();
    creator.part("setup-card").awaitGone();

    var guest = browsers.of("guest").visit(link);
    guest.part("account-name").write("Nora Lind");
    guest.part("account-email").write("nora@example.test");
    guest.part("account-password").write("a longer password");
    guest.part("join-submit").click();
    guest.part("quota-remaining").awaitText("3");
    assertThat(guest.run("return document.documentElement.style.getPropertyValue('--accent')"))
        .asString()
        .contains("#7a3b2e");
    new SupporterPage(guest).awaitLive().ask("The Lantern Keeper", "Mira Solberg");
    new InboxPage(creator).card("The Lantern Keeper").part().awaitShown();
  }

  @Test
  void peopleChangeWhatTheyAreCalledAndTheirPassword() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var elsewhere = server.signIn("reader1");
    var browser = browsers.of("reader").expectErrors("/api/auth/password");
    SupporterPage.open(browser, server, "reader1");
    browser.part("account-menu").click();
    browser.part("account-link").awaitCount(1);
    browser.part("account-link").click();
    browser.awaitPath("/account");
    browser.part("own-name").write("Ada Lovelace");
    browser.part("own-profile-submit").click();
    browser.part("toast").awaitTextWith("Saved");

    browser.part("own-current").write("wrong");
    browser.part("own-new").write("eleven green pears");
    browser.part("own-password-submit").click();
    browser.part("own-password-form").inside(".notice--bad").awaitShown();
    browser.part("own-current").write("demo");
    browser.part("own-password-submit").click();
    browser.part("toast").awaitTextWith("Password changed");
    elsewhere.get("/api/me").expect(401);
    server.client().signIn("reader1@demo.test", "eleven green pears");
  }

  @Test
  void peopleSignOtherDevicesOutAndLeave() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var elsewhere = server.signIn("reader3");
    var browser = browsers.of("reader").carrySession(server, "reader3");
    browser.visit(server.url() + "/account");
    browser.part("own-session-end").click();
    browser.part("own-session-end-confirm").click();
    browser.part("toast").awaitTextWith("signed out");
    browser.part("own-session-end").awaitGone();
    elsewhere.get("/api/me").expect(401);

    browser.part("own-removal-password").write("demo");
    browser.part("own-removal").click();
    browser.part("own-removal-confirm").click();
    browser.part("login-form").awaitShown();
    var login = Map.of("email", "reader3@demo.test", "password", "demo");
    server.client().post("/api/auth/login", login).expect(401);
  }

  @Test
  void whoHasLeftIsNoButtonOnTheCard() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var reader = server.signIn("reader3");
    var book = Map.of("creator_id", 1, "title", "The Lantern Keeper", "author", "Mira Solberg");
    long request = reader.post("/api/book-requests", book).expect(201).body().get("id").asLong();
    var browser = browsers.of("creator").carrySession(server, "creator");
    browser.visit(server.url() + "/requests/" + request);
    browser.part("request-supporter").awaitShown();

    reader.send("DELETE", "/api/me", "{\"password\":\"demo\"}", Map.of()).expect(204);

    browser.visit(server.url() + "/requests/" + request);
    browser.part("request-removed").awaitText("Removed account");
    assertThat(browser.part("request-supporter").count()).isZero();
  }

  @Test
  void aForgottenPasswordIsReplacedThroughALink() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var services = new Services(Services.ClientNotifier.noOp());
    String token =
        server
            .database()
            .write(
                tx ->
                    services.resetLinks.createLink(
                        tx, new UserId(105), ResetLinkStore.OPERATOR_LIFETIME))
            .join()
            .token();
    var browser = browsers.of("reader").expectErrors("/api/auth/reset");
    browser.visit(server.url() + "/reset#" + token);
    browser.part("account-password").write("short");
    browser.part("reset-submit").click();
    browser.part("account-password-error").awaitShown();
    browser.part("account-password").write("eleven green pears");
    browser.part("reset-submit").click();
    browser.part("quota-remaining").awaitShown();

    var late = browsers.of("late").expectErrors("/api/auth/reset");
    late.visit(server.url() + "/reset#" + token);
    late.part("account-password").write("twelve red apples");
    late.part("reset-submit").click();
    late.part("form-error").awaitTextWith("no longer valid");
  }

  @Test
  void aCreatorHandsTheAccountOver() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var creator = browsers.of("creator").carrySession(server, "creator");
    creator.visit(server.url() + "/account");
    creator.part("handover-email").write("zora@example.test");
    creator.part("handover-password").write("demo");
    creator.part("handover-submit").click();
    String link = creator.part("handover-url").awaitShown().value();
    assertThat(link).startsWith(server.url() + "/handover#");

    var successor = browsers.of("successor").visit(link);
    successor.part("account-name").write("Zora Lind");
    successor.part("account-password").write("eleven green pears");
    successor.part("take-over-submit").click();
    new InboxPage(successor).awaitLive();
    creator.part("login-form").awaitShown();
  }

  @Test
  void oneWhoIsInvitedJoinsAndAsks() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var creator = browsers.of("creator").carrySession(server, "creator");
    creator.visit(server.url() + "/creators/1/invitations");
    creator.part("invitation-tier").choose("Patron");
    creator.part("invitation-submit").click();
    String link = creator.part("invitation-url").awaitShown().value();
    assertThat(link).startsWith(server.url() + "/join#");

    var guest = browsers.of("guest").visit(link).expectErrors("/api/auth/accept");
    guest.part("account-name").write("Nora Lind");
    guest.part("account-email").write("reader1@demo.test");
    guest.part("account-password").write("a longer password");
    guest.part("join-submit").click();
    guest.part("join-form").inside(".notice, .field__error").awaitShown();
    guest.part("account-email").write("nora@example.test");
    guest.part("join-submit").click();
    guest.part("quota-remaining").awaitText("8");
    new SupporterPage(guest).awaitLive().ask("The Lantern Keeper", "Mira Solberg");

    creator.visit(server.url() + "/creators/1/inbox");
    new InboxPage(creator).awaitLive().card("The Lantern Keeper").part().awaitShown();
    creator.visit(server.url() + "/creators/1/supporters?q=Nora");
    creator.part("supporter").awaitTextWith("Nora Lind");
  }

  @Test
  void oneWhoHasAnAccountAcceptsAnInvitationIntoATeam() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var wish = Map.of("creator_id", 1, "kind", "team");
    var made = server.signIn("creator").post("/api/invitations", wish).expect(201).body();

    var guest = browsers.of("guest").carrySession(server, "team3");
    guest.visit(made.get("url").asText());
    guest.part("join-accept").click();
    guest.awaitPath("/creators/1/inbox");
    new InboxPage(guest).awaitLive().pending().awaitShown();
  }

  @Test
  void theInvitationsOfARemovedMemberDisappearFromAnOpenPage() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var team = server.signIn("team1");
    long tier = team.get("/api/tiers?creator_id=1").body().at("/items/0/id").asLong();
    var wish = Map.of("creator_id", 1, "kind", "supporter", "tier_id", tier);
    team.post("/api/invitations", wish).expect(201);
    String name = team.get("/api/me").body().at("/user/display_name").asText();
    var creator = browsers.of("creator").carrySession(server, "creator");
    creator.visit(server.url() + "/creators/1/invitations");
    creator.part("invitation-maker").awaitTextWith(name);

    String member = "/api/team/" + team.userId() + "?creator_id=1";
    server.signIn("creator").delete(member).expect(204);

    creator.part("list-empty").awaitShown();
    creator.visit(server.url() + "/creators/1/activity");
    creator.part("activity").awaitTextWith("an open invitation by " + name);
  }

  @Test
  void aRevokedInvitationIsRefusedInWords() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    var creator = browsers.of("creator").carrySession(server, "creator");
    creator.visit(server.url() + "/creators/1/invitations");
    creator.part("invitation-tier").choose("Reader");
    creator.part("invitation-submit").click();
    String link = creator.part("invitation-url").awaitShown().value();
    creator.part("invitation-revoke").click();
    creator.part("invitation-revoke-confirm").click();
    creator.part("list-empty").awaitShown();

    var guest = browsers.of("guest").visit(link).expectErrors("/api/auth/accept");
    guest.part("account-name").write("Nora Lind");
    guest.part("account-email").write("nora@example.test");
    guest.part("account-password").write("a longer password");
    guest.part("join-submit").click();
    guest.part("form-error").awaitShown();
  }
}
