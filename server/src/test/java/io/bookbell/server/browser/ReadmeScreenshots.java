package io.bookbell.server.browser;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Draws the README's pictures; run with {@code -Dscreenshots=FOLDER} only. */
class ReadmeScreenshots {
  @RegisterExtension static final Browsers browsers = new Browsers();

  /** Tests run in the module's folder, one below the project's. */
  private static final Path PICTURES =
      Path.of("..").resolve(System.getProperty("screenshots", "docs/images"));

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

  private static void keep(Browser browser, String name) throws IOException {
    browser.run("scrollTo(0, 0); document.activeElement?.blur()");
    browser.run("document.documentElement.style.scrollbarWidth = 'none'");
    browser.part("toast").awaitGone();
    Files.createDirectories(PICTURES);
    Files.write(PICTURES.resolve(name), browser.screen());
  }

  private void ask(String name, String title, String author, String note) {
    var wish = Map.of("creator_id", 1, "title", title, "author", author, "note", note);
    server.signIn(name).post("/api/book-requests", wish).expect(201);
  }

  @Test
  void inbox() throws IOException {
    ask("reader5", "The Snow Child", "Eowyn Ivey", "For the first cold evening, by the stove.");
    var browser = browsers.of("creator");
    browser.scale(1280, 800, 1.5);
    InboxPage.open(browser, server, "creator").card("The Snow Child").part().awaitShown();
    keep(browser, "inbox.png");
  }

  @Test
  void supporter() throws IOException {
    var browser = browsers.of("reader");
    browser.scale(1280, 800, 1.5);
    var team = server.signIn("team1");
    var waiting = team.get("/api/book-requests?creator_id=1&q=Great%20Expectations").body();
    String id = waiting.at("/items/0/id").asText();
    String question = "With the old ending, or the one he was talked into?";
    team.post("/api/book-requests/" + id + "/reply", Map.of("body", question)).expect(201);
    SupporterPage.open(browser, server, "reader7").card("Great Expectations").openThread();
    keep(browser, "supporter.png");
  }

  @Test
  void phone() throws IOException {
    var browser = browsers.of("team");
    browser.scale(390, 780, 2);
    browser.dark(true);
    InboxPage.open(browser, server, "team1");
    keep(browser, "phone.png");
  }
}
