package io.bookbell.server.e2e;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes the screenshots for README and docs: each main screen in light mode, in dark mode and on a
 * phone. Runs only with {@code -Dscreenshots=FOLDER}.
 */
class ReadmeScreenshots {
  @RegisterExtension static final Browsers browsers = Browsers.full();

  /** The working directory of tests is the module's folder, one below the project's. */
  private static final Path PICTURES =
      Path.of("..").resolve(System.getProperty("screenshots", "docs/images"));

  /** Removes everything transient from a screenshot: focus, scroll bars, running animations. */
  private static final String CALM =
      """
      document.activeElement?.blur();
      document.documentElement.style.scrollbarWidth = 'none';
      scrollTo({top: 0, behavior: 'instant'});
      const ends = (animation) => animation.effect.getComputedTiming().endTime !== Infinity;
      return new Promise((drawn) => requestAnimationFrame(() => {
        document.getAnimations().filter(ends).forEach((animation) => animation.finish());
        requestAnimationFrame(() => drawn(null));
      }));
      """;

  @TempDir Path folder;
  private TestServer server;

  private enum Look {
    LIGHT(1280, 800, 1),
    DARK(1280, 800, 1),
    PHONE(390, 780, 1.5);

    final int width;
    final int height;
    final double scale;

    Look(int width, int height, double scale) {
      this.width = width;
      this.height = height;
      this.scale = scale;
    }

    void of(Browser browser, String screen) throws IOException {
      browser.scale(width, height, scale);
      browser.dark(this == DARK);
      browser.run(CALM);
      Files.createDirectories(PICTURES);
      String name = screen + "-" + name().toLowerCase(Locale.ROOT) + ".png";
      Files.write(PICTURES.resolve(name), browser.screen());
    }
  }

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static void draw(Browser browser, String screen) throws IOException {
    browser.part("toast").awaitGone();
    for (Look look : Look.values()) {
      look.of(browser, screen);
    }
  }

  private Browser visit(String name, String path) {
    var browser = browsers.of("creator").carrySession(server, name);
    browser.scale(1280, 800, 1);
    browser.visit(server.url() + path);
    browser.part("connection-state").awaitAttribute("data-state", "live");
    browser.css(".skeleton").awaitGone();
    return browser;
  }

  private void ask(String name, String title, String author, String note) {
    var wish = Map.of("creator_id", 1, "title", title, "author", author, "note", note);
    server.signIn(name).post("/api/book-requests", wish).expect(201);
  }

  @Test
  void inbox() throws IOException {
    ask("reader5", "The Snow Child", "Eowyn Ivey", "For the first cold evening, by the stove.");
    var browser = visit("creator", "/creators/1/inbox");
    new InboxPage(browser).awaitLive().card("The Snow Child").part().awaitShown();
    draw(browser, "inbox");
  }

  @Test
  void home() throws IOException {
    var team = server.signIn("team1");
    var waiting = team.get("/api/book-requests?creator_id=1&q=Great%20Expectations").body();
    String id = waiting.at("/items/0/id").asText();
    String question = "With the old ending, or the one he was talked into?";
    team.post("/api/book-requests/" + id + "/reply", Map.of("body", question)).expect(201);
    var browser = visit("reader7", "/creators/1/requests");
    new SupporterPage(browser).awaitLive().card("Great Expectations").openThread();
    draw(browser, "home");
  }

  @Test
  void supporter() throws IOException {
    var browser = visit("creator", "/creators/1/supporters");
    browser.part("supporter-open").click();
    browser.part("drawer-used").awaitShown();
    browser.part("drawer-requests").inside("li").awaitShown();
    draw(browser, "supporter");
  }

  @Test
  void activity() throws IOException {
    draw(visit("creator", "/creators/1/activity"), "activity");
  }

  @Test
  void settings() throws IOException {
    draw(visit("creator", "/creators/1/settings"), "settings");
  }

  @Test
  void signIn() throws IOException {
    var browser = browsers.of("guest").visit(server.url());
    browser.part("login-form").awaitShown();
    draw(browser, "sign-in");
  }
}
