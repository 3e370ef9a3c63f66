package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests the creator's pages: team, tiers, supporters, notice, activity. */
class CreatorBrowserTest {
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
    creator.visit(server.url() + "/creators/1/" + place);
  }

  private Part member(long id) {
    return creator.part("team-member").with("data-user-id", id);
  }

  @Test
  void aMemberIsAddedDeactivatedAndRemovedAndSeesItAtOnce() {
    var reader = SupporterPage.open(browsers.of("reader"), server, "reader2").browser();
    visit("team");
    creator.part("team-add-email").write("reader2@demo.test");
    creator.part("team-add-submit").click();
    member(102).awaitShown();
    reader.part("creator-switcher").click();
    reader.part("creator-option").with("data-role", "admin").click();
    reader.awaitPath("/creators/1/inbox");
    new InboxPage(reader).awaitLive().pending().awaitShown();
    reader.expectRefusals();

    member(102).part("team-toggle").click();
    member(102).awaitAttribute("data-active", "false");
    reader.part("pending-badge").awaitGone();
    reader.part("request-card").awaitGone();
    member(102).part("team-toggle").click();
    member(102).awaitAttribute("data-active", "true");
    new InboxPage(reader).pending().awaitShown();

    member(102).part("team-remove").click();
    member(102).part("team-remove-confirm").click();
    member(102).awaitGone();
    reader.part("pending-badge").awaitGone();
    reader.part("request-card").awaitGone();
    reader.part("not-found").inside("a").click();
    new SupporterPage(reader).awaitLive();
  }

  @Test
  void aTierIsMadeChangedAndGivenToASupporter() {
    var reader = SupporterPage.open(browsers.of("reader"), server, "reader1");
    visit("tiers");
    creator.part("tier-new").click();
    creator.part("tier-form-name").write("Night reader");
    creator.part("tier-form-allowed").write("7");
    creator.part("tier-form-submit").click();
    creator.part("tier-list").awaitTextWith("Night reader 7 requests in total");

    creator.part("tab-supporters").click();
    creator.part("supporter-search").write("reader1@");
    creator.press("\n");
    var row = creator.part("supporter").with("data-user-id", 101);
    row.part("supporter-tier").choose("Night reader");
    row.part("supporter-allowed").awaitText("7");
    reader.browser().part("quota-used").awaitTextWith("of 7 used");

    creator.part("tab-tiers").click();
    creator.part("tier-list").awaitTextWith("Night reader");
    var tiers = creator.part("tier");
    creator.await(
        "the form of the last tier",
        () -> {
          creator.run(
              "[...document.querySelectorAll(arguments[0])].at(-1)"
                  + ".querySelector('[data-testid=tier-edit]').click()",
              tiers.css());
          return creator.part("tier-form-name").value().equals("Night reader");
        });
    creator.part("tier-form-allowed").write("9");
    creator.part("tier-form-submit").click();
    reader.browser().part("quota-used").awaitTextWith("of 9 used");
  }

  @Test
  void aGrantReachesTheSupporterWithItsReason() {
    var reader = SupporterPage.open(browsers.of("reader"), server, "reader1");
    int left = Integer.parseInt(reader.remaining().text());
    visit("supporters?q=reader1@");
    var row = creator.part("supporter").with("data-user-id", 101);
    row.part("supporter-grant").click();
    creator.part("grant-amount").write("2");
    creator.part("grant-reason").write("for the kind letter");
    creator.part("grant-submit").click();
    row.part("supporter-allowed").awaitText("7");
    reader.remaining().awaitText(String.valueOf(left + 2));
    reader.browser().part("quota-explain").click();
    reader
        .browser()
        .part("ledger-entry")
        .with("data-kind", "grant")
        .awaitTextWith("Given by Mara Lindqvist: for the kind letter");
  }

  @Test
  void noticeAndPauseReachAllSupportersAtOnce() {
    var one = SupporterPage.open(browsers.of("reader"), server, "reader1").browser();
    var other = SupporterPage.open(browsers.of("guest"), server, "reader2").browser();
    visit("settings");
    creator.part("notice-text").write("Back on Monday with new candles.");
    creator.part("notice-submit").click();
    one.part("creator-notice").awaitText("Back on Monday with new candles.");
    other.part("creator-notice").awaitText("Back on Monday with new candles.");

    creator.part("accepting-switch").click();
    creator.part("accepting-switch").awaitAttribute("aria-checked", "false");
    one.part("creator-paused").awaitTextWith("has paused requests");
    other.part("not-accepting").awaitShown();

    creator.part("notice-text").write("");
    creator.part("notice-submit").click();
    one.part("creator-notice").awaitGone();
    creator.part("accepting-switch").click();
    other.part("creator-paused").awaitGone();
  }

  @Test
  void theActivityShowsWhatWasDone() {
    visit("activity");
    creator.part("activity").awaitShown();
    SupporterPage.open(browsers.of("reader"), server, "reader1")
        .ask("The Lantern Keeper", "Mira Solberg");
    creator.part("activity-list").awaitTextWith("requested The Lantern Keeper");
    InboxPage.open(browsers.of("guest"), server, "team1").card("The Lantern Keeper").approve();
    creator.part("activity-list").awaitTextWith("Ines Duarte approved The Lantern Keeper");
  }

  @Test
  void theInboxIsSearchedAndSortedByStatus() {
    var page = InboxPage.open(creator, server, "creator");
    creator.part("status-tab-completed").click();
    creator.awaitPath("/creators/1/inbox?status=completed");
    creator.part("request-card").with("data-status", "completed").awaitShown();
    page.awaitLive();
    assertThat(creator.part("request-card").with("data-status", "pending").count()).isZero();

    creator.part("status-tab-all").click();
    creator.part("request-card").with("data-status", "pending").awaitShown();
    String title = creator.part("request-title").text();
    creator.part("inbox-search").write(title);
    creator.press("\n");
    page.awaitLive();
    page.card(title).part().awaitShown();
    creator.await(
        "only what was sought",
        () -> creator.part("request-title").texts().stream().allMatch(title::equals));
    creator.part("inbox-search").write("no such words anywhere");
    creator.press("\n");
    creator.part("request-list-empty").awaitTextWith("Nothing found");
  }

  @Test
  void aNotificationLeadsToItsRequest() {
    var page = InboxPage.open(creator, server, "creator");
    SupporterPage.open(browsers.of("reader"), server, "reader1")
        .ask("The Lantern Keeper", "Mira Solberg");
    page.card("The Lantern Keeper").part().awaitShown();
    creator.part("notification-badge").awaitShown();
    creator.part("notifications-open").click();
    creator.part("notification").with("data-read", "false").inside("a").click();
    creator.await("the request's own page", () -> creator.path().startsWith("/requests/"));
    page.card("The Lantern Keeper").part().part("thread").awaitShown();

    creator.part("notifications-open").click();
    creator.part("notifications-read-all").click();
    creator.part("notification-badge").awaitGone();
  }

  @Test
  void theTeamsListsFollowWhatTheCreatorDoes() {
    var team = browsers.of("team").carrySession(server, "team1");
    var api = server.signIn("creator");

    team.visit(server.url() + "/creators/1/tiers");
    team.part("tier").awaitShown();
    api.post("/api/tiers", Map.of("creator_id", 1, "name", "Friends", "requests_allowed", 2))
        .expect(201);
    team.part("tier-list").awaitTextWith("Friends");

    team.visit(server.url() + "/creators/1/team");
    team.part("team-member").with("data-user-id", 11).awaitAttribute("data-active", "true");
    api.patch("/api/team/11?creator_id=1", Map.of("active", false)).expect(200);
    team.part("team-member").with("data-user-id", 11).awaitAttribute("data-active", "false");

    team.visit(server.url() + "/creators/1/supporters");
    var row = team.part("supporter").with("data-user-id", 101);
    int allowed = Integer.parseInt(row.part("supporter-allowed").awaitShown().text());
    api.post("/api/supporters/101/grant?creator_id=1", Map.of("amount", 2, "reason", "A gift"))
        .expect(200);
    row.part("supporter-allowed").awaitText(String.valueOf(allowed + 2));
  }

  @Test
  void savedRepliesAppearInEveryTab() {
    var team = InboxPage.open(browsers.of("team"), server, "team1").browser();
    var card = team.part("request-card").awaitShown();
    card.part("respond-text").write("I was writing this.");
    var answer =
        Map.of("creator_id", 1, "name", "Next month", "body", "The list for this month is full.");
    server.signIn("creator").post("/api/canned-responses", answer).expect(201);
    card.part("canned-choice").awaitTextWith("Next month");
    assertThat(card.part("respond-text").value()).isEqualTo("I was writing this.");

    creator.visit(server.url() + "/creators/1/settings");
    creator.part("canned").awaitTextWith("Next month");
  }
}
