package io.bookbell.server.e2e;

import io.bookbell.server.TestServer;
import io.bookbell.server.e2e.CutLink.Sockets;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that the page works behind a proxy that blocks WebSockets: live over another transport, or,
 * where those are blocked too, without live updates. It says so.
 */
class NoSocketBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  @TempDir Path folder;
  private TestServer server;
  private CutLink link;
  private Browser browser;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    link = CutLink.to(server.url());
    browser =
        browsers.of("reader").expectErrors("WebSocket connection to").expectErrors("/api/messages");
  }

  @AfterEach
  void stop() throws Exception {
    link.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSE", "SWALLOW"})
  void thePageIsLiveOverAnotherTransportAndComesBack(Sockets treatment) {
    link.treat(treatment);
    browser.carrySession(server, "reader1").visit(link.url() + "/creators/1/requests");
    browser.part("toast").awaitTextWith("another way");
    browser.part("connection-state").awaitText("Live");
    awaitConnections("event_stream", 1);
    var reader = new SupporterPage(browser);
    askElsewhere("Over the stream");
    reader.card("Over the stream").part().awaitShown();

    link.refuse("/api/messages/stream");
    awaitConnections("long_poll", 1);
    browser.part("connection-state").awaitText("Live");
    server
        .signIn("creator")
        .patch("/api/creators/1", Map.of("notice", "Back on Monday."))
        .expect(200);
    browser.part("creator-notice").awaitTextWith("Back on Monday.");

    link.treat(Sockets.PASS);
    link.refuse("/api/messages");
    awaitConnections("web_socket", 1);
    reader.awaitLive();
    askElsewhere("Over the socket");
    reader.card("Over the socket").part().awaitShown();
  }

  private void askElsewhere(String title) {
    var wish = Map.of("creator_id", 1, "title", title, "author", "Mira Solberg");
    server.signIn("reader1").post("/api/book-requests", wish).expect(201);
  }

  private void awaitConnections(String transport, int count) {
    String line =
        "bookbell_transport_connections{transport=\"%s\"} %d.0".formatted(transport, count);
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> server.client().get("/metrics").raw().body().lines().anyMatch(line::equals));
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSE", "SWALLOW"})
  void thePageWorksWithoutAndComesBack(Sockets treatment) {
    link.treat(treatment);
    link.refuse("/api/messages");
    browser.carrySession(server, "reader1").visit(link.url() + "/creators/1/requests");
    browser.part("connection-state").awaitText("No live updates");
    browser.part("toast").awaitTextWith("is blocking WebSockets");
    var reader = new SupporterPage(browser);
    int left = Integer.parseInt(reader.remaining().awaitShown().text());
    reader.ask("The Lantern Keeper", "Mira Solberg");
    reader.remaining().awaitText(String.valueOf(left - 1));

    var wish = Map.of("creator_id", 1, "title", "From elsewhere", "author", "Mira Solberg");
    var made = server.signIn("reader1").post("/api/book-requests", wish).expect(201).body();
    reader.card("From elsewhere").part().awaitShown();
    var answer = Map.of("status", "approved", "response", "On its way.");
    String id = made.get("id").asText();
    server.signIn("team1").post("/api/book-requests/" + id + "/respond", answer).expect(200);
    reader.card("From elsewhere").response().awaitText("On its way.");

    server
        .signIn("creator")
        .patch("/api/creators/1", Map.of("notice", "Back on Monday."))
        .expect(200);
    browser.part("creator-notice").awaitTextWith("Back on Monday.");

    link.treat(Sockets.PASS);
    browser.part("connection-state").click();
    reader.awaitLive();
    browser.part("connection-state").awaitText("Live");
  }
}
