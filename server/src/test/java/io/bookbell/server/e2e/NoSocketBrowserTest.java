package io.bookbell.server.e2e;

import io.bookbell.server.TestServer;
import io.bookbell.server.e2e.CutLink.Sockets;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that the page works behind a proxy that blocks WebSockets, and says that live updates are
 * missing.
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
    browser = browsers.of("reader").expectErrors("WebSocket connection to");
  }

  @AfterEach
  void stop() throws Exception {
    link.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSE", "SWALLOW"})
  void thePageWorksWithoutAndComesBack(Sockets treatment) {
    link.treat(treatment);
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
