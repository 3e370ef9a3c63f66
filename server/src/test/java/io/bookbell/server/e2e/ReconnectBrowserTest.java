package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests that after a broken connection, what happened meanwhile is shown exactly once. */
class ReconnectBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final String BOOK = "The Lantern Keeper";

  @TempDir Path folder;
  private ServerConfig.StorageConfig storageConfig;
  private TestServer server;
  private CutLink link;
  private Browser browser;
  private SupporterPage reader;

  @BeforeEach
  void start() {
    storageConfig = TestDatabase.SQLITE.create(folder);
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    link = CutLink.to(server.url());
    browser =
        browsers.of("reader").expectErrors("WebSocket connection to").expectErrors("net::ERR_");
  }

  @AfterEach
  void stop() throws Exception {
    link.close();
    server.close();
  }

  private void openReader() {
    reader = SupporterPage.open(browser, server, "reader1", link.url());
    browser.run(
        """
        window.greetings = [];
        document.querySelector('bookbell-app').session.client.addEventListener('message',
            ({detail}) => window.greetings.push(detail.type));
        """);
  }

  private long received(String type) {
    return (Long)
        browser.run("return window.greetings.filter(type => type === arguments[0]).length", type);
  }

  private long ask(TestClient client, String title) {
    var wish = Map.of("creator_id", 1, "title", title, "author", "Mira Solberg");
    return client.post("/api/book-requests", wish).expect(201).body().get("id").asLong();
  }

  private void answer(TestClient client, long id, String word) {
    var answer = Map.of("status", "approved", "response", word);
    client.post("/api/book-requests/" + id + "/respond", answer).expect(200);
  }

  private void reply(TestClient client, long id, String text) {
    client.post("/api/book-requests/" + id + "/reply", Map.of("body", text)).expect(201);
  }

  private void cutAndSayIt() {
    link.cut();
    browser.part("connection-state").awaitTextWith("Reconnecting");
  }

  @Test
  void whatHappenedDuringACutIsShownOnce() {
    openReader();
    cutAndSayIt();
    long id = ask(server.signIn("reader1"), BOOK);
    answer(server.signIn("team1"), id, "On its way.");
    assertThat(reader.card(BOOK).part().count()).isZero();

    link.mend();
    reader.card(BOOK).response().awaitText("On its way.");
    reader.awaitLive();
    browser.part("connection-state").awaitText("Live");
    assertThat(reader.card(BOOK).part().count()).isEqualTo(1);
    reader.unread().awaitText("1");
    reader.toast().awaitCount(1);
    assertThat(received("resumed")).as("resumed with its position").isEqualTo(1);
    assertThat(received("initial_data")).isZero();
  }

  @Test
  void aSecondCutDuringTheCatchUpLosesNothing() {
    openReader();
    cutAndSayIt();
    var team = server.signIn("team1");
    long id = ask(server.signIn("reader1"), BOOK);
    for (int number = 1; number <= 30; number++) {
      reply(team, id, "Chapter " + number + " " + "of the letters we had. ".repeat(10));
    }

    link.mendForOneSocketOf(20_000);
    browser.await("the second cut", link::hasCutSocket);
    reader.card(BOOK).part().part("thread-toggle").awaitText("30 replies");
    reader.awaitLive();
    reader.unread().awaitText("30");
    reader.card(BOOK).openThread().replies().awaitCount(30);
    assertThat(reader.card(BOOK).part().count()).isEqualTo(1);
    assertThat(received("notification")).isEqualTo(30);
    assertThat(received("initial_data")).isZero();
  }

  @Test
  void thePageSurvivesAServerRestart() {
    openReader();
    var supporter = server.signIn("reader1");
    long id = ask(supporter, BOOK);
    reader.card(BOOK).part().awaitShown();
    int port = URI.create(server.url()).getPort();
    browser.part("new-request-title").write("Half a title");

    server.close();
    browser.part("connection-state").awaitTextWith("Reconnecting");
    server = restarted(port);
    answer(server.signIn("team1"), id, "We are back.");

    reader.card(BOOK).response().awaitText("We are back.");
    reader.awaitLive();
    reader.unread().awaitText("1");
    assertThat(browser.part("new-request-title").value()).isEqualTo("Half a title");
    assertThat(received("initial_data")).isZero();
  }

  private TestServer restarted(int port) {
    var usual = TestServer.config(storageConfig);
    var listenConfig = new ServerConfig.ListenConfig("127.0.0.1", port, Optional.empty());
    return TestServer.with(usual.withListen(listenConfig));
  }

  @Test
  void withoutANetworkThePageWaitsForIt() {
    openReader();
    browser.offline(true);
    browser.part("connection-state").awaitText("Offline");
    ask(server.signIn("reader1"), BOOK);

    browser.offline(false);
    reader.card(BOOK).part().awaitShown();
    reader.awaitLive();
    assertThat(received("resumed")).isPositive();
  }

  @Test
  void aRequestSentDuringACutIsMadeOnce() {
    openReader();
    browser.part("new-request-title").write(BOOK);
    browser.part("new-request-author").write("Mira Solberg");
    link.cut();
    browser.part("new-request-submit").click();
    browser.part("unsent-request").awaitTextWith(BOOK);
    browser.part("unsent-state").awaitTextWith("Waiting for a connection");
    link.mend();
    reader.card(BOOK).part().awaitShown();
    browser.part("unsent-request").awaitGone();
    var path = "/api/book-requests?creator_id=1&q=Lantern%20Keeper";
    assertThat(server.signIn("reader1").get(path).expect(200).body().get("items")).hasSize(1);
  }
}
