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

/** Tests that drafts are sent or kept whatever fails, and that nobody else sees them. */
class DraftsBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final String BOOK = "The Lantern Keeper";
  private static final String WORD = "It is on the way to you.";

  @TempDir Path folder;
  private TestServer server;
  private CutLink link;
  private Browser browser;
  private long id;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    link = CutLink.to(server.url());
    browser = browsers.of("team").expectErrors("WebSocket connection to").expectErrors("net::ERR_");
    var wish = Map.of("creator_id", 1, "title", BOOK, "author", "Mira Solberg");
    var made = server.signIn("reader1").post("/api/book-requests", wish).expect(201).body();
    id = made.get("id").asLong();
    InboxPage.open(browser, server, "team1", link.url());
  }

  @AfterEach
  void stop() throws Exception {
    link.close();
    server.close();
  }

  private Card card() {
    return Card.of(browser, BOOK);
  }

  private void approve() {
    card().word(WORD).part().part("respond-approve").click();
  }

  /** Leaves the page while the link is cut, and opens one when it works again. */
  private void comeBackTo(String page, Browser person) {
    person.visit("about:blank");
    link.mend();
    person.visit(link.url() + "/creators/1/" + page);
  }

  private void awaitApproved() {
    var team = server.signIn("team1");
    browser.await(
        "the answer at the server",
        () -> {
          var request = team.get("/api/book-requests/" + id).body();
          return request.get("status").asText().equals("approved")
              && request.get("response").asText().equals(WORD);
        });
  }

  @Test
  void anAnswerWaitsForTheConnection() {
    link.cut();
    approve();
    browser.sendAnswers();
    browser.part("undo-text").awaitTextWith("Waiting for a connection");
    assertThat(browser.part("undo").count()).as("the server may have it").isZero();
    comeBackTo("inbox", browser);
    awaitApproved();
    browser.part("undo-text").awaitGone();
  }

  @Test
  void anAnswerThatWaitsDoesNotUndoWhatSomebodyElseHasDone() {
    browser.holdAnswers();
    card().part().part("respond-reject").click();
    card().part().part("respond-reject-confirm").click();
    browser.part("undo-text").awaitShown();
    approveAsColleague();
    browser.sendHeldAnswers();
    browser.part("undo-text").awaitGone();
    assertThat(statusOf(id)).isEqualTo("approved");
  }

  @Test
  void anAnswerToSeveralThatWaitsLeavesOutWhatSomebodyElseHasDone() {
    long other = selectTwo();
    browser.holdAnswers();
    browser.part("bulk-rejected").click();
    browser.part("undo-text").awaitShown();
    browser.part("nav-pending-badge").awaitText(browser.part("pending-badge").text());
    browser.sendAnswers(); // an attempt that fails, as far as the page can tell
    browser.part("undo-text").awaitTextWith("Waiting for a connection");
    approveAsColleague();
    browser.sendHeldAnswers();
    browser.part("undo-text").awaitGone();
    browser.await("the other answer", () -> statusOf(other).equals("rejected"));
    assertThat(statusOf(id)).isEqualTo("approved");
  }

  /** The page that opens next is told of the newest requests only, and not what became of these. */
  @Test
  void anAnswerToSeveralThatWasSentWhenThePageWasLeftIsNotToldAsRefused() {
    browser.visit(link.url() + "/creators/1/inbox?sort=oldest");
    String oldest = "/api/book-requests?creator_id=1&status=pending&sort=oldest&limit=2";
    var pair = server.signIn("team1").get(oldest).body().get("items");
    for (var request : pair) {
      Card.of(browser, request.get("title").asText()).part().part("request-select").click();
    }
    long overtaken = pair.get(0).get("id").asLong();
    long stored = pair.get(1).get("id").asLong();
    browser.part("bulk-text").write(WORD);
    browser.part("bulk-approved").click();
    browser.part("undo-text").awaitShown();
    answerAsColleague(overtaken, "rejected");
    browser.visit(link.url() + "/favicon.svg");
    browser.await("the answer", () -> statusOf(stored).equals("approved"));
    String waiting =
        "return Object.keys(localStorage).filter(each => each.includes('outbox')).length";
    browser.visit(link.url() + "/creators/1/inbox?sort=newest");
    browser.await("the confirmation", () -> browser.run(waiting).equals(0L));
    String drafts = "return Object.keys(localStorage).filter(each => each.endsWith('answer-%d'))";
    assertThat((List<?>) browser.run(drafts.formatted(stored))).isEmpty();
    assertThat((List<?>) browser.run(drafts.formatted(overtaken))).hasSize(1);
  }

  private void approveAsColleague() {
    answerAsColleague(id, "approved");
  }

  private void answerAsColleague(long request, String status) {
    var decision = Map.of("status", status, "response", "Here it is.");
    server
        .signIn("creator")
        .post("/api/book-requests/" + request + "/respond", decision)
        .expect(200);
    String known =
        "return document.querySelector('bookbell-app').session.store.requests.get(%d).status"
            .formatted(request);
    browser.await("the answer", () -> status.equals(browser.run(known)));
  }

  private String statusOf(long request) {
    return server
        .signIn("team1")
        .get("/api/book-requests/" + request)
        .body()
        .get("status")
        .asText();
  }

  /** Selects the request of each test and another one, whose id it returns. */
  private long selectTwo() {
    var wish = Map.of("creator_id", 1, "title", "Piranesi", "author", "Susanna Clarke");
    var asked = server.signIn("reader1").post("/api/book-requests", wish).expect(201);
    Card.of(browser, "Piranesi").part().awaitShown(); // above, where the other one was
    card().part().part("request-select").click();
    Card.of(browser, "Piranesi").part().part("request-select").click();
    return asked.body().get("id").asLong();
  }

  @Test
  void aBookThatIsBeingSentIsNotOfferedAgainAfterTheTabWasLeft() {
    Browser reader = browsers.of("reader").expectErrors("WebSocket connection to");
    reader.expectErrors("net::ERR_");
    SupporterPage.open(reader, server, "reader7", link.url());
    reader.part("new-request-title").write("Emma");
    reader.part("new-request-author").write("Jane Austen");
    link.cut();
    reader.part("new-request-submit").click();
    comeBackTo("requests", reader);
    var page = new SupporterPage(reader).awaitLive();
    page.card("Emma").part().awaitShown();
    assertThat(reader.part("new-request-title").value()).isEmpty();
    var requests = server.signIn("reader7").get("/api/book-requests?q=Emma").body().get("items");
    assertThat(requests).hasSize(1);
  }

  /** The cookie is that of all tabs, so it may be somebody else's by now. */
  @Test
  void aTabActsForNobodyElse() {
    browser.expectErrors("401");
    String token = server.signIn("creator").token().orElseThrow();
    var cookie =
        Map.<String, Object>of("name", "bookbell_session", "value", token, "url", link.url());
    browser.command("Network.setCookie", cookie);
    approve();
    browser.sendAnswers();
    browser.part("sign-in-reason").awaitShown();
    assertThat(statusOf(id)).isEqualTo("pending");
  }

  @Test
  void aTabThatIsClosedAtOnceLosesNoAnswer() {
    link.cut();
    approve();
    browser.part("undo-send").awaitShown();
    comeBackTo("inbox", browser);
    awaitApproved();
  }

  /** It's too late for that, though the server hasn't answered yet. */
  @Test
  void anAnswerThatWasSentWhenTheTabWasHiddenIsNotTakenBack() {
    browser.run(
        """
        const send = window.fetch;
        window.fetch = (...call) =>
          String(call[0]).endsWith('/respond') ? new Promise((done) => (window.sendNow = () => done(send(...call)))) : send(...call);
        """);
    approve();
    browser.part("undo-send").awaitShown();
    browser.run(
        """
        Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});
        document.dispatchEvent(new Event('visibilitychange'));
        delete document.visibilityState;
        """);
    assertThat(browser.part("undo-send").count()).as("at once").isZero();
    browser.run("window.sendNow()");
    awaitApproved();
  }

  @Test
  void anAnswerIsSentWhenTheTabThatWasSendingItIsGone() {
    browser.holdAnswers();
    approve();
    browser.part("undo-send").awaitShown();
    browser.run(
        "const name = Object.keys(localStorage).find(each => each.includes('outbox'));"
            + "navigator.locks.request(name, () => new Promise(end => (window.end = end)))");
    browser.sendHeldAnswers();
    browser.run("window.end()");
    awaitApproved();
  }

  @Test
  void aRefusedAnswerIsBackInItsField() {
    browser.expectErrors("/respond - ").expectRefusals();
    card().word(WORD);
    browser.visit(link.url() + "/creators/1/inbox");
    browser.await(
        "the draft after a reload", () -> card().part().part("respond-text").value().equals(WORD));
    var creator = server.signIn("creator");
    browser.holdAnswers();
    approve();
    long member = server.signIn("team1").userId();
    creator.patch("/api/team/" + member + "?creator_id=1", Map.of("active", false)).expect(200);
    browser.sendHeldAnswers();
    browser.part("toast").awaitTextWith("Your message is back in its field");
    creator.patch("/api/team/" + member + "?creator_id=1", Map.of("active", true)).expect(200);
    browser.visit(link.url() + "/creators/1/inbox");
    browser.await(
        "the words in their field", () -> card().part().part("respond-text").value().equals(WORD));
  }

  @Test
  void wordsStayWithTheRequestThatTheyWereWrittenFor() {
    var wish = Map.of("creator_id", 1, "title", "Piranesi", "author", "Susanna Clarke");
    var asked = server.signIn("reader1").post("/api/book-requests", wish).expect(201).body();
    browser.visit(link.url() + "/requests/" + id);
    browser.part("respond-text").write(WORD);
    browser.part("reply-text").write("A reply");
    goTo("/requests/" + asked.get("id"));
    browser.part("request-title").awaitText("Piranesi");
    assertThat(browser.part("respond-text").value()).isEmpty();
    assertThat(browser.part("reply-text").value()).isEmpty();
    goTo("/requests/" + id);
    browser.await("the words", () -> browser.part("respond-text").value().equals(WORD));
    browser.await("the reply", () -> browser.part("reply-text").value().equals("A reply"));
  }

  /** Follows a link of the page, without loading it again. */
  private void goTo(String path) {
    String navigate = "new CustomEvent('navigate', {detail: '%s'})".formatted(path);
    browser.run("document.querySelector('bookbell-app').dispatchEvent(" + navigate + ")");
  }

  @Test
  void theWordsOfAnAnswerThatCameTooLateAreShown() {
    browser.expectErrors("/respond - ");
    browser.holdAnswers();
    approve();
    browser.part("undo-text").awaitShown();
    answerAsColleague(id, "rejected");
    browser.sendHeldAnswers();
    browser.part("undo-text").awaitGone();
    browser.visit(link.url() + "/requests/" + id);
    browser.part("answer-unsent").awaitTextWith(WORD);
    browser.part("answer-unsent-remove").click();
    browser.part("answer-unsent").awaitGone();
  }

  @Test
  void theWordOfABulkAnswerIsBackInTheFieldOfEachRefusedRequest() {
    var creator = server.signIn("creator");
    selectTwo();
    browser.part("bulk-text").write(WORD);
    browser.holdAnswers();
    browser.part("bulk-approved").click();
    creator.post("/api/book-requests/" + id + "/respond", Map.of("status", "approved")).expect(200);
    browser.sendHeldAnswers();
    browser.visit(link.url() + "/requests/" + id);
    browser.await(
        "the words in their field", () -> browser.part("respond-text").value().equals(WORD));
  }

  @Test
  void everyFormKeepsWhatIsTypedAndNobodyElseFindsIt() {
    browser.carrySession(server, "creator").visit(link.url() + "/creators/1/settings");
    for (String field : new String[] {"notice-text", "rules-text", "look-name"}) {
      browser.part(field).write("Kept in " + field);
    }
    browser.part("canned-new").click();
    browser.part("canned-body").write("Kept too");
    browser.visit(link.url() + "/creators/1/settings");
    for (String field : new String[] {"notice-text", "rules-text", "look-name"}) {
      browser.await(field, () -> browser.part(field).value().equals("Kept in " + field));
    }
    browser.part("canned-new").click();
    browser.await("the ready answer", () -> browser.part("canned-body").value().equals("Kept too"));

    InboxPage.open(browser, server, "team1", link.url());
    String kept =
        "return Object.entries(localStorage).filter(each => each.join().includes('Kept')).length";
    assertThat(browser.run(kept)).isEqualTo(0L);
  }
}
