package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * Tests the team inbox with many requests: keyboard shortcuts, bulk decisions, and concurrent work
 * by several admins.
 */
class TeamInboxBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final int MANY = 3000;

  private static final String SAY_IN_PASSING =
      """
      document.dispatchEvent(new CustomEvent('toast', {detail: {text: arguments[0], act() {}}}));
      """;

  /** Whether a part isn't covered by others. */
  private static final String IS_IN_FRONT =
      """
      const part = document.querySelector(arguments[0]);
      const {left, top, width, height} = part.getBoundingClientRect();
      return part.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      """;

  @TempDir Path folder;
  private TestServer server;
  private TestClient api;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    api = server.signIn("creator");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int count(String status) {
    return api.get("/api/book-requests/counts?creator_id=1").expect(200).body().get(status).asInt();
  }

  @Test
  void tenAreAnsweredByKeysAlone() {
    var team = InboxPage.open(browsers.of("team"), server, "team1");
    Browser browser = team.browser();
    int pending = team.pendingNow();
    int approved = count("approved");
    browser.press("j");
    browser.await("a card with the focus", () -> focused(browser) > 0);
    for (int answered = 1; answered <= 9; answered++) {
      browser.press("a");
      team.pending().awaitText(String.valueOf(pending - answered));
      browser.await("the next card with the focus", () -> focused(browser) > 0);
    }
    long last = focused(browser);
    browser.holdAnswers();
    browser.press("r");
    browser.part("decline-hint").awaitShown();
    browser.press("Not this year.", Keys.ENTER);
    team.pending().awaitText(String.valueOf(pending - 10));
    browser.await("the next card with the focus", () -> focused(browser) > 0);
    browser.press("z");
    team.pending().awaitText(String.valueOf(pending - 9));
    browser.sendHeldAnswers();
    var undone = browser.part("request-card").with("data-request-id", last);
    undone.awaitShown();
    assertThat(undone.part("respond-text").value()).isEqualTo("Not this year.");

    browser.press("?");
    browser.part("keys-sheet").inside("kbd").awaitShown();
    browser.press(Keys.ESCAPE);
    browser.press("/");
    browser.await("the search field with the focus", browser.part("inbox-search")::hasFocus);
    browser.await("nine approved", () -> count("approved") == approved + 9);
    assertThat(count("pending")).isEqualTo(pending - 9);
  }

  @Test
  void whatIsSaidInPassingStandsBeforeTheSheetAndStaysWithoutIt() {
    Browser browser = InboxPage.open(browsers.of("team"), server, "team1").browser();
    browser.part("keys-open").click();
    browser.part("keys-sheet").awaitShown();
    browser.run(SAY_IN_PASSING, "A newer version is there.");
    browser.part("toast").awaitText("A newer version is there.");
    assertThat(browser.run(IS_IN_FRONT, ".toast")).isEqualTo(true);

    browser.part("keys-close").click();
    browser.await("the sheet to close", () -> !browser.part("keys-sheet").isShown());
    browser.part("toast").awaitText("A newer version is there.");
    assertThat(browser.run(IS_IN_FRONT, ".toast")).isEqualTo(true);
  }

  @Test
  void severalAreDeclinedAtOnceWithAReadyAnswer() {
    api.post(
            "/api/canned-responses",
            Map.of("creator_id", 1, "name", "Too soon", "body", "We read it not long ago."))
        .expect(201);
    var team = InboxPage.open(browsers.of("team"), server, "team1");
    Browser browser = team.browser();
    int pending = team.pendingNow();
    int rejected = count("rejected");
    browser.press("j");
    browser.await("a card with the focus", () -> focused(browser) > 0);
    long first = focused(browser);
    browser.press("x");
    browser.part("bulk-count").awaitText("1 selected");
    browser.press("j");
    browser.press("j");
    browser.press(Keys.chord(Keys.SHIFT, "x"));
    browser.part("bulk-count").awaitText("3 selected");
    browser.part("bulk-bar").part("canned-choice").choose("Too soon");
    browser.holdAnswers();
    browser.part("bulk-rejected").click();
    browser.part("undo-text").awaitText("Declining 3 requests…");
    team.pending().awaitText(String.valueOf(pending - 3));
    assertThat(count("rejected")).isEqualTo(rejected);

    browser.releaseAnswers();
    browser.visit("about:blank"); // leaving the page must not lose the decision
    browser.await("three declined", () -> count("rejected") == rejected + 3);
    assertThat(api.get("/api/book-requests/" + first).body().get("response").asText())
        .isEqualTo("We read it not long ago.");
  }

  @Test
  void theRestOfASentenceIsNoShortcutAfterAColleagueHasClosedTheRequest() {
    var team = InboxPage.open(browsers.of("team"), server, "team1");
    Browser browser = team.browser();
    long id =
        Long.parseLong(browser.part("request-card").awaitShown().attribute("data-request-id"));
    var card = browser.part("request-card").with("data-request-id", id);
    card.part("respond-text").write("Than");
    api.post("/api/book-requests/" + id + "/respond", Map.of("status", "rejected")).expect(200);
    card.part("answer-unsent").awaitTextWith("Than");
    browser.press("j");
    assertThat(focused(browser)).isZero();
    browser.css("h1").click();
    browser.press("j");
    browser.await("a card with the focus", () -> focused(browser) > 0);
  }

  @Test
  void aSelectionThatCannotBeApprovedKeepsItsMessageAndAShiftClickKeepsItsTick() {
    Browser browser = browsers.of("team").carrySession(server, "team1");
    browser.visit(server.url() + "/creators/1/inbox?status=completed");
    var box = browser.part("request-select");
    box.click();
    browser.part("bulk-text").write("A message for many.");
    browser.run("document.activeElement.blur()");
    browser.press("a");
    assertThat(browser.part("bulk-text").value()).isEqualTo("A message for many.");

    browser.run(
        "document.querySelector(arguments[0])"
            + ".dispatchEvent(new MouseEvent('click', {shiftKey: true, bubbles: true}))",
        box.css());
    browser.part("bulk-count").awaitText("1 selected");
    assertThat(browser.run("return document.querySelector(arguments[0]).checked", box.css()))
        .isEqualTo(true);
  }

  @Test
  void aColleagueIsSeenAnswering() {
    var team = InboxPage.open(browsers.of("team"), server, "team1");
    var creator = InboxPage.open(browsers.of("creator"), server, "creator");
    String title = creator.browser().part("request-title").text();
    creator.card(title).word("On its way");

    var line = team.card(title).part().part("request-colleague");
    line.awaitText("Mara Lindqvist is answering this right now.");
    creator.browser().visit("about:blank");
    team.browser().await("the line to go", () -> !line.isShown());
  }

  @Test
  void aMemberAnswersTheirOwnRequestOnlyWhereTheCreatorAllowsIt() {
    long request = askAsMember("Piranesi");
    var team = InboxPage.open(browsers.of("team"), server, "team1");
    Part card = team.card("Piranesi").part();
    card.part("answer-own").awaitShown();
    assertThat(card.part("respond-approve").count()).isZero();
    assertThat(card.part("request-select").count()).isZero();

    api.patch("/api/creators/1", Map.of("self_service", true)).expect(200);

    card.part("respond-approve").awaitShown();
    team.card("Piranesi").approve();
    String address = "/api/book-requests/" + request;
    team.browser()
        .await(
            "the approval",
            () -> api.get(address).body().get("status").asText().equals("approved"));
  }

  /** Makes a team member a supporter, who then makes a request. */
  private long askAsMember(String title) {
    long tier = api.get("/api/tiers?creator_id=1").expect(200).body().at("/items/0/id").asLong();
    var invitation = Map.of("creator_id", 1, "kind", "supporter", "tier_id", tier);
    String url = api.post("/api/invitations", invitation).expect(201).body().get("url").asText();
    TestClient member = server.signIn("team1");
    String token = url.substring(url.lastIndexOf('#') + 1);
    member.post("/api/auth/accept", Map.of("token", token)).expect(200);
    var wanted = Map.of("creator_id", 1, "title", title, "author", "Susanna Clarke");
    return member.post("/api/book-requests", wanted).expect(201).body().get("id").asLong();
  }

  @Test
  void thousandsOfRequestsNeedFewCards() {
    lay();
    Browser browser = browsers.of("team").carrySession(server, "team1");
    browser.visit(server.url() + "/creators/1/inbox?status=completed&q=volume");
    browser.part("request-list").with("data-more", true).awaitShown();
    browser.await(
        "the end of the list",
        () -> {
          browser.run("scrollTo(0, document.documentElement.scrollHeight)");
          assertThat(browser.part("request-card").count()).isLessThan(40);
          return browser.part("request-list").attribute("data-more").equals("false");
        });
    browser.await(
        "the oldest",
        () -> {
          browser.run("scrollTo(0, document.documentElement.scrollHeight)");
          return browser.part("request-title").texts().contains("Volume 1");
        });
    assertThat(browser.part("request-list").attribute("data-loaded"))
        .isEqualTo(String.valueOf(MANY));
    assertThat(browser.part("request-card").count()).isLessThan(40);
    assertThat(browser.css("request-card[aria-posinset='" + MANY + "']").count()).isOne();
  }

  private void lay() {
    server
        .database()
        .write(
            tx -> {
              tx.update(
                  """
                  INSERT INTO search_backlog (id, below) VALUES (1, 1000000000)
                  ON CONFLICT (id) DO UPDATE SET below = excluded.below""");
              return tx.update(
                  """
                  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
                  INSERT INTO book_request
                    (creator_id, user_id, title, author, status, created_at, updated_at)
                  SELECT 1, 101, 'Volume ' || i, 'Anonymous', 'completed', i, i FROM n
                  """
                      .formatted(MANY));
            })
        .join();
  }

  private static long focused(Browser browser) {
    return ((Number)
            browser.run(
                "return Number(document.activeElement?.closest('request-card')?.dataset.requestId ?? 0)"))
        .longValue();
  }
}
