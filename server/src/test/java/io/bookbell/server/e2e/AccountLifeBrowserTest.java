package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.verify.InvariantVerifier;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The life of one account by the page alone, from the invitation to the deletion. */
class AccountLifeBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final String PASSWORD = "eleven green pears";
  private static final String NEW_PASSWORD = "twelve red apples";
  private static final String NEW_EMAIL = "ada@new.test";

  @TempDir Path folder;
  private TestServer server;
  private Browser creator;
  private Browser ada;

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void anAccountIsUsedFromItsInvitationToItsDeletion() {
    server = TestServer.empty(TestDatabase.SQLITE, folder);
    creator = browsers.of("creator");
    ada = browsers.of("reader");

    join(setUpAndInvite());
    changeWhatOneIsCalled();
    endTheSessionOfAnotherDevice();
    makeAndRevokeKey();
    everythingIsExact();
    leaveAndComeBack();
    everythingIsExact();
    export();
    delete();
    everythingIsExact();
  }

  private void everythingIsExact() {
    assertThat(InvariantVerifier.verifyInvariants(server.database()).join().breaches()).isEmpty();
  }

  private String setUpAndInvite() {
    creator.visit(server.setupLink().orElseThrow());
    creator.part("setup-creator-name").write("The Corner Shelf");
    creator.part("account-name").write("Mara");
    creator.part("account-email").write("mara@life.test");
    creator.part("account-password").write(PASSWORD);
    creator.part("setup-submit").click();
    creator.part("guide-tier-name").write("Reader");
    creator.part("guide-tier-add").click();
    creator.part("step-tiers").awaitAttribute("data-done", "true");
    creator.part("guide-invite").click();
    String link = creator.part("guide-link").awaitShown().value();
    creator.part("guide-leave").click();
    return link;
  }

  private void join(String link) {
    ada.visit(link);
    ada.part("account-name").write("Ada");
    ada.part("account-email").write("ada@life.test");
    ada.part("account-password").write(PASSWORD);
    ada.part("join-submit").click();
    var page = new SupporterPage(ada).awaitLive();
    page.ask("The Lantern Keeper", "Mira Solberg");
    page.ask("Emma", "Jane Austen");
    new InboxPage(creator).card("The Lantern Keeper").approve();
    page.card("The Lantern Keeper").status().awaitText("Approved");
  }

  private void changeWhatOneIsCalled() {
    ada.part("account-menu").click();
    ada.part("account-link").click();
    ada.awaitPath("/account");
    ada.part("own-name").write("Ada Lovelace");
    ada.part("own-email").write(NEW_EMAIL);
    ada.part("own-profile-submit").click();
    ada.part("toast").awaitTextWith("Saved");
    ada.part("own-current").write(PASSWORD);
    ada.part("own-new").write(NEW_PASSWORD);
    ada.part("own-password-submit").click();
    ada.part("toast").awaitTextWith("Password changed");
  }

  private void endTheSessionOfAnotherDevice() {
    Browser phone = browsers.of("phone").expectRefusals();
    signIn(phone);
    phone.part("quota-remaining").awaitText("1");
    ada.visit(server.url() + "/account");
    ada.part("own-session").awaitCount(2);
    ada.part("own-session-end").click();
    ada.part("own-session-end-confirm").click();
    ada.part("own-session").awaitCount(1);
    phone.part("login-form").awaitShown();
  }

  private void signIn(Browser browser) {
    browser.visit(server.url());
    browser.part("login-email").write(NEW_EMAIL);
    browser.part("login-password").write(NEW_PASSWORD);
    browser.part("login-submit").click();
  }

  private void makeAndRevokeKey() {
    ada.part("key-name").write("My bot");
    ada.part("key-submit").click();
    ada.part("key-secret").awaitShown();
    ada.part("key").part("key-row-name").awaitTextWith("My bot");
    ada.part("key-revoke").click();
    ada.part("key-revoke-confirm").click();
    ada.part("key").awaitGone();
  }

  private void leaveAndComeBack() {
    ada.part("own-membership").awaitTextWith("The Corner Shelf Reader");
    ada.expectRefusals().part("own-leave").click();
    ada.part("own-leave-confirm").click();
    ada.part("toast").awaitTextWith("You’ve left The Corner Shelf");
    ada.part("own-memberships").awaitGone();
    new InboxPage(creator).card("Emma").part().awaitGone();
    creator.visit(server.url() + "/creators/1/supporters");
    creator.part("list-empty").awaitShown();

    creator.visit(server.url() + "/creators/1/invitations");
    creator.part("invitation-tier").choose("Reader");
    creator.part("invitation-submit").click();
    ada.visit(creator.part("invitation-url").awaitShown().value());
    ada.part("join-accept").click();
    ada.part("quota-remaining").awaitText("2");
    new SupporterPage(ada).awaitLive().ask("Persuasion", "Jane Austen");
  }

  /** Reads what the link would save. */
  private void export() {
    ada.visit(server.url() + "/account");
    String address = ada.part("own-export").awaitShown().attribute("href");
    Object data =
        ada.run(
            "const call = new XMLHttpRequest(); call.open('GET', arguments[0], false); call.send();"
                + " return call.responseText",
            address);
    assertThat(String.valueOf(data))
        .contains("Ada Lovelace", NEW_EMAIL, "The Lantern Keeper", "Emma", "Persuasion");
  }

  private void delete() {
    ada.part("own-removal-password").write(NEW_PASSWORD);
    ada.part("own-removal").click();
    ada.part("own-removal-confirm").click();
    ada.part("login-form").awaitShown();
    signIn(ada);
    ada.part("login-error").awaitShown();
    creator.visit(server.url() + "/creators/1/supporters");
    creator.part("list-empty").awaitShown();
  }
}
