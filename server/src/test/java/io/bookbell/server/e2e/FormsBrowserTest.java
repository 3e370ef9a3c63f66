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

/** Tests what forms keep, refuse and say: drafts, numbers, and messages above an open drawer. */
class FormsBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  @TempDir Path folder;
  private TestServer server;
  private Browser creator;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    creator = browsers.of("creator").carrySession(server, "creator");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void visit(String place) {
    creator.visit(server.url() + place);
  }

  @Test
  void theAddressOfASuccessorIsNotKeptAsOnesOwn() {
    visit("/account");
    creator.part("handover-email").awaitShown().write("successor@home.test");
    creator.part("own-name").write("Mara L.");
    visit("/account");
    creator.part("own-name").awaitShown();
    creator.await("the draft", () -> creator.part("own-name").value().equals("Mara L."));
    assertThat(creator.part("own-email").value()).isEqualTo("creator@demo.test");
  }

  @Test
  void aTierOfRollingDaysIsWrittenOnAfterAReloadAndSavedOnlyWithNumbers() {
    visit("/creators/1/tiers");
    creator.part("tier-new").click();
    creator.part("tier-form-name").write("Night reader");
    creator.run("document.querySelector('[data-testid=tier-form-period]').focus()");
    creator.press("per n"); // the driver's own way of choosing fires no input event
    creator.part("tier-form-days").write("1");
    visit("/creators/1/tiers");
    creator.part("tier-new").click();
    creator.part("tier-form-days").awaitShown();
    creator.await("the days", () -> creator.part("tier-form-days").value().equals("1"));

    creator.part("tier-form-allowed").write("e");
    creator.part("tier-form-submit").click();
    creator.await("the field", creator.part("tier-form-allowed")::hasFocus);
    assertThat(server.signIn("creator").get("/api/tiers?creator_id=1").body().toString())
        .doesNotContain("Night reader");

    creator.part("tier-form-allowed").write("1");
    creator.part("tier-form-submit").click();
    creator.part("tier-list").awaitTextWith("Night reader 1 request in 1 day");
  }

  @Test
  void aGrantInTheDrawerIsSaidInTheDrawerAndOnWithoutIt() {
    visit("/creators/1/supporters?q=reader1@");
    creator.part("supporter-open").click();
    creator.part("grant-amount").write("2");
    creator.part("grant-reason").write("for the kind letter");
    creator.part("grant-submit").click();
    creator.css("dialog[open] [data-testid=toast]").awaitTextWith("2 requests given to");
    creator.part("drawer-close").click();
    creator.part("supporter-drawer").awaitGone();
    creator.part("toast").awaitTextWith("2 requests given to");
  }

  @Test
  void theFocusGoesIntoTheFormOfATierAndBack() {
    visit("/creators/1/tiers");
    creator.part("tier-edit").click();
    creator.await("the field", creator.part("tier-form-name")::hasFocus);
    creator.part("tier-form-back").click();
    creator.await("the button", creator.part("tier-edit")::hasFocus);
  }

  @Test
  void theFocusGoesToTheRequestWhoseAnswerIsTakenBack() {
    InboxPage.open(creator, server, "creator");
    creator.holdAnswers();
    creator.part("respond-approve").click();
    creator.part("undo").click();
    creator.await("the request", creator.css("request-card, #main")::hasFocus);
    assertThat(creator.part("undo").count()).isZero();
  }
}
