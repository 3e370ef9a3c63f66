package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.StandInLibrary;
import io.bookbell.server.support.StandInLibrary.Mood;
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
 * Tests searching for a book, requesting it with its cover, and following that request as somebody
 * else, all live.
 */
class BookBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final String BOOK = "The Lantern Keeper";

  private static final String BELOW =
      """
      const box = (id) => document.querySelector(`[data-testid=${id}]`).getBoundingClientRect();
      return box(arguments[0]).top >= box(arguments[1]).bottom;
      """;

  @TempDir Path folder;
  private StandInLibrary library;
  private TestServer server;

  @BeforeEach
  void start() {
    library = new StandInLibrary();
    var serverConfig = TestServer.config(TestDatabase.SQLITE.create(folder));
    server = TestServer.demo(serverConfig.withCatalogue(library.address()));
  }

  @AfterEach
  void stop() {
    server.close();
    library.close();
  }

  @Test
  void aBookIsFoundAskedForAndFollowed() {
    var reader = SupporterPage.open(browsers.of("reader"), server, "reader1");
    var other = SupporterPage.open(browsers.of("other"), server, "reader2");
    var team = InboxPage.open(browsers.of("team"), server, "team1");

    chooseWithTheKeyboard(reader.browser());
    checkIsbn(reader.browser());
    reader.browser().part("new-request-submit").click();
    var card = reader.card(BOOK);
    card.part().awaitShown();
    awaitPicture(reader.browser(), card.part().css() + " .cover__picture");

    follow(other);
    card.part().part("request-followers").awaitTextWith("1 ");
    team.card(BOOK).part().part("request-followers").awaitTextWith("1 ");

    team.card(BOOK).approve();
    var followed = other.browser().part("followed-book");
    followed.awaitAttribute("data-status", "approved");
    readTheNotification(other);

    lookAtTheNews(card);
    askWithoutTheCatalogue(reader);
  }

  @Test
  void inANarrowWindowTheSuggestionsHideNothing() {
    var wanted = Map.of("creator_id", 1, "title", BOOK, "author", "Mira Solberg");
    server.signIn("reader2").post("/api/book-requests", wanted).expect(201);
    var browser = SupporterPage.open(browsers.of("reader"), server, "reader1").browser();
    browser.resize(360, 760);

    browser.part("new-request-title").write("lantern");
    var suggestions = browser.part("book-suggestions");
    suggestions.part("book-suggestion").awaitShown();
    browser.part("asked-book").awaitShown();

    browser.await(
        "what was asked for below the suggestions",
        () -> Boolean.TRUE.equals(browser.run(BELOW, "asked-book", "book-suggestions")));
  }

  private static void chooseWithTheKeyboard(Browser browser) {
    browser.part("new-request-title").write("lantern");
    browser.part("book-suggestion").awaitShown();
    browser.press(Keys.ARROW_DOWN);
    browser
        .part("new-request-title")
        .awaitAttribute("aria-activedescendant", browser.part("book-suggestion").attribute("id"));
    browser.press(Keys.ESCAPE);
    browser.part("new-request-title").awaitAttribute("aria-expanded", "false");
    browser.press(Keys.ARROW_DOWN);
    browser.part("new-request-title").awaitAttribute("aria-expanded", "true");
    browser.press(Keys.ENTER);
    browser.part("chosen-cover").awaitShown();
    assertThat(browser.part("new-request-title").value()).isEqualTo(BOOK);
    assertThat(browser.part("new-request-author").value()).isEqualTo("Mira Solberg");
    awaitPicture(browser, "[data-testid='chosen-cover'] .cover__picture");
  }

  private static void checkIsbn(Browser browser) {
    var isbn = browser.part("new-request-isbn");
    assertThat(isbn.value()).isEqualTo("9780441478125");
    isbn.write("978-0-441-47812-4");
    browser.part("isbn-warning").awaitShown();
    isbn.write("978-0-441-47812-5");
    browser.await("no warning", () -> browser.part("isbn-warning").text().isEmpty());
  }

  private static void awaitPicture(Browser browser, String css) {
    String loaded = "return (document.querySelector(arguments[0])?.naturalWidth ?? 0) > 0";
    browser.await("the picture " + css, () -> Boolean.TRUE.equals(browser.run(loaded, css)));
  }

  private static void follow(SupporterPage other) {
    String left = other.remaining().text();
    other.browser().part("new-request-title").write("keeper lant");
    var asked = other.browser().part("asked-book");
    asked.awaitTextWith(BOOK);
    asked.part("me-too").click();
    other.browser().part("followed-book").awaitTextWith(BOOK);
    assertThat(other.remaining().text()).as("what is left of the quota").isEqualTo(left);
  }

  private static void readTheNotification(SupporterPage other) {
    other.unread().awaitShown();
    other.browser().part("notifications-open").click();
    var told = other.browser().part("notification").with("data-read", "false");
    told.awaitTextWith(BOOK);
    other.browser().part("notifications-day").awaitShown();
    told.part("notification-read").click();
    told.awaitGone();
  }

  private static void lookAtTheNews(Card card) {
    card.part().part("request-unread").awaitShown();
    card.openThread();
    card.part().part("request-unread").awaitGone();
    card.reply("Thank you!");
    card.part().part("request-seen").awaitAttribute("data-seen", "true");
  }

  private void askWithoutTheCatalogue(SupporterPage reader) {
    library.is(Mood.TOO_BUSY);
    reader.browser().part("new-request-title").write("Emma, annotated");
    reader.browser().part("catalogue-hint").awaitTextWith("unavailable");
    reader.ask("Emma, annotated", "Jane Austen");
  }
}
