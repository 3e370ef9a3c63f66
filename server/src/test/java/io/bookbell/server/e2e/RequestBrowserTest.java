package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests making and deciding requests, with each side seeing the other's changes live. */
class RequestBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final String BOOK = "The Lantern Keeper";

  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private SupporterPage reader() {
    return SupporterPage.open(browsers.of("reader"), server, "reader1");
  }

  private InboxPage team() {
    return InboxPage.open(browsers.of("team"), server, "team1");
  }

  private InboxPage creator() {
    return InboxPage.open(browsers.of("creator"), server, "creator");
  }

  @Test
  void aRequestIsAskedForApprovedAndSeenAtOnceByBoth() {
    var reader = reader();
    var team = team();
    int pending = team.pendingNow();
    int left = Integer.parseInt(reader.remaining().text());

    reader.ask(BOOK, "Mira Solberg");
    reader.remaining().awaitText(String.valueOf(left - 1));
    team.card(BOOK).part().awaitShown();
    team.pending().awaitText(String.valueOf(pending + 1));
    team.browser().part("nav-pending-badge").awaitText(String.valueOf(pending + 1));

    team.card(BOOK).word("On its way, with a candle.").approve();
    var card = reader.card(BOOK);
    card.status().awaitText("Approved");
    card.response().awaitText("On its way, with a candle.");
    card.part().part("request-responder").awaitText("Ines Duarte");
    reader.toast().awaitTextWith(BOOK);
    reader.unread().awaitText("1");
    team.pending().awaitText(String.valueOf(pending));
    team.card(BOOK).part().awaitGone();
  }

  @Test
  void aDeclinedRequestIsRefundedAndTheLedgerShowsIt() {
    var reader = reader();
    var team = team();
    String left = reader.remaining().text();
    reader.ask(BOOK, "Mira Solberg");
    reader.remaining().awaitText(String.valueOf(Integer.parseInt(left) - 1));
    reader.browser().part("quota-explain").click();
    var lines = reader.browser().part("ledger-entry");
    lines.with("data-kind", "consume").awaitShown();
    int before = lines.count();

    team.card(BOOK).word("Not this year, sorry.").decline();
    reader.card(BOOK).status().awaitText("Declined");
    reader.card(BOOK).response().awaitText("Not this year, sorry.");
    reader.remaining().awaitText(left);
    lines.awaitCount(before + 1);
    lines.with("data-kind", "refund").awaitTextWith("Returned: “" + BOOK + "”");
  }

  @Test
  void bothSidesSeeEachOthersRepliesLive() {
    var reader = reader();
    var team = team();
    reader.ask(BOOK, "Mira Solberg").openThread();
    team.card(BOOK).openThread();

    team.card(BOOK).reply("The new translation, or the old one?");
    reader.card(BOOK).replies().awaitTextWith("The new translation, or the old one?");
    reader.card(BOOK).reply("The old one, please.");
    var replies = team.card(BOOK).replies();
    replies.awaitCount(2);
    assertThat(replies.texts().getLast()).contains("The old one, please.");
    team.browser().part("notification-badge").awaitShown();
    assertThat(reader.card(BOOK).replies().count()).isEqualTo(2);
  }

  @Test
  void aLongThreadIsReadFurtherBackWhileItGrows() {
    var supporter = server.signIn("reader1");
    var member = server.signIn("team1");
    var wish = Map.of("creator_id", 1, "title", BOOK, "author", "Mira Solberg");
    long id = supporter.post("/api/book-requests", wish).expect(201).body().get("id").asLong();
    String reply = "/api/book-requests/" + id + "/reply";
    for (int number = 1; number <= 60; number++) {
      member.post(reply, Map.of("body", "Page " + number)).expect(201);
    }
    for (Card card : List.of(reader().card(BOOK), team().card(BOOK))) {
      card.part().part("thread-toggle").awaitText("60 replies");
      card.openThread().replies().awaitCount(3);
      assertThat(card.replies().texts().getFirst()).contains("Page 58");
      card.part().part("thread-earlier").click();
      card.replies().awaitCount(50);
      card.part().part("thread-earlier").click();
      card.replies().awaitCount(60);
      assertThat(card.replies().texts().getFirst()).contains("Page 1");
      card.part().part("thread-earlier").awaitGone();
    }

    member.post(reply, Map.of("body", "The end")).expect(201);
    var card = new SupporterPage(browsers.of("reader")).card(BOOK);
    card.replies().awaitCount(61);
    assertThat(card.replies().texts().getLast()).contains("The end");
  }

  @Test
  void theTeamSeesWhetherTheAnswerHasArrived() {
    reader().ask(BOOK, "Mira Solberg");
    var team = team();
    team.card(BOOK).openThread();
    browsers.of("reader").visit("about:blank");

    team.card(BOOK).reply("The new translation, or the old one?");
    var receipt = team.card(BOOK).part().part("request-receipt");
    receipt.awaitAttribute("data-received", "false");
    receipt.awaitTextWith("is next online");

    reader();
    receipt.awaitAttribute("data-received", "true");
    receipt.awaitTextWith("Seen by");
  }

  @Test
  void aWithdrawnRequestLeavesTheInbox() {
    var reader = reader();
    var team = team();
    String left = reader.remaining().text();
    reader.ask(BOOK, "Mira Solberg");
    team.card(BOOK).part().awaitShown();

    reader.card(BOOK).withdraw();
    reader.card(BOOK).status().awaitText("Withdrawn");
    reader.remaining().awaitText(left);
    team.card(BOOK).part().awaitGone();
  }

  @Test
  void aSupporterWithoutQuotaSeesTheReasonInsteadOfTheForm() {
    var reader = reader();
    for (int left = Integer.parseInt(reader.remaining().text()); left > 0; left--) {
      reader.ask("Volume " + left, "Anonymous");
      reader.remaining().awaitText(String.valueOf(left - 1));
    }
    reader.browser().part("quota-exhausted").awaitShown();
    assertThat(reader.browser().part("new-request-submit").count()).isZero();

    reader.card("Volume 1").withdraw();
    reader.browser().part("new-request-submit").awaitShown();
  }

  @Test
  void thePauseShowsAtOnceAndEndsAtOnce() {
    var reader = reader();
    var creator = server.signIn("creator");
    creator.patch("/api/creators/1", Map.of("accepting", false)).expect(200);
    reader.browser().part("not-accepting").awaitShown();
    creator.patch("/api/creators/1", Map.of("accepting", true)).expect(200);
    reader.browser().part("new-request-submit").awaitShown();
  }

  @Test
  void whoIsSecondToAnswerIsToldWhoWasFirst() {
    reader().ask(BOOK, "Mira Solberg");
    var team = team();
    var creator = creator();
    team.card(BOOK).word("I am writing slowly");

    creator.card(BOOK).approve();
    team.card(BOOK).conflict().awaitTextWith("Mara Lindqvist got there first");
    team.card(BOOK).status().awaitText("Approved");
    assertThat(team.card(BOOK).part().part("respond-text").value())
        .isEqualTo("I am writing slowly");
    team.card(BOOK).part().part("request-conflict-dismiss").click();
    team.card(BOOK).conflict().awaitGone();
  }

  @Test
  void aRefusedAnswerIsExplainedKindly() {
    reader().ask(BOOK, "Mira Solberg");
    var team = team();
    team.card(BOOK).part().awaitShown();
    var card = team.card(BOOK).part();
    team.browser().offline(true);
    String id = card.attribute("data-request-id");
    server
        .signIn("creator")
        .post("/api/book-requests/" + id + "/respond", Map.of("status", "approved"))
        .expect(200);
    team.browser().expectErrors("ERR_INTERNET_DISCONNECTED").expectErrors("409");
    card.part("respond-reject").click();
    card.part("respond-reject-confirm").awaitShown();
    team.browser().offline(false);
    team.card(BOOK).conflict().awaitTextWith("Mara Lindqvist got there first");
  }
}
