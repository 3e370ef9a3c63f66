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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the page's languages and colour themes. */
class LanguageAndThemeBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final List<String> OTHER_LANGUAGES = List.of("de", "fr", "es", "ar", "ja");

  /** Links that lead through the creator's pages. */
  private static final List<String> AROUND =
      List.of("nav-supporters", "tab-invitations", "nav-team", "nav-settings");

  private static final String DARK = "rgb(20, 22, 27)";
  private static final String LIGHT = "rgb(246, 243, 236)";

  @TempDir Path folder;
  private TestServer server;
  private Browser browser;
  private Fit fit;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    browser = browsers.of("reader");
    fit = new Fit(browser);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aReaderChangesTheLanguage() {
    SupporterPage.open(browser, server, "reader1");
    assertThat(left(browser.part("brand"))).isLessThan(left(browser.part("account-menu")));

    choose("العربية", "ar", "rtl");
    browser.css("h1").awaitText("طلباتي");
    assertThat(left(browser.part("brand"))).isGreaterThan(left(browser.part("account-menu")));

    choose("日本語", "ja", "ltr");
    browser.css(".quota__left").awaitText("残り4件");

    choose("Deutsch", "de", "ltr");
    browser.css(".quota__left").awaitText("4 Anfragen übrig");
    browser.expectErrors("/api/book-requests").part("new-request-submit").click();
    browser.part("new-request-title-error").awaitText("Bitte ausfüllen.");
    var reader = server.signIn("reader1");
    for (int asked = 1; asked <= 3; asked++) {
      var book = Map.of("creator_id", 1, "title", "Band " + asked, "author", "Anonym");
      reader.post("/api/book-requests", book).expect(201);
    }
    browser.css(".quota__left").awaitText("1 Anfrage übrig");
  }

  private void choose(String name, String code, String direction) {
    browser.part("account-menu").click();
    browser.part("language").choose(name);
    browser.css("html[lang=" + code + "][dir=" + direction + "] app-header").awaitShown();
    browser.part("connection-state").awaitAttribute("data-state", "live");
  }

  private double left(Part part) {
    String place = "return document.querySelector(arguments[0]).getBoundingClientRect().left";
    return ((Number) browser.run(place, part.css())).doubleValue();
  }

  @Test
  void aVisitorIsSpokenToAsTheBrowserWishes() {
    browser.visit(server.url());
    browser.part("login-submit").awaitText("Sign in");
    browser.prefer("pt-BR,es-MX,en");
    browser.visit(server.url());
    browser.part("login-submit").awaitText("Iniciar sesión");
    browser.part("language").choose("Français");
    browser.part("login-submit").awaitText("Se connecter");
    browser.expectErrors("/api/auth/login");
    browser.part("login-email").write("reader1@demo.test");
    browser.part("login-password").write("wrong");
    browser.part("login-submit").click();
    browser.part("login-error").awaitText("L’adresse e-mail ou le mot de passe est erroné.");
  }

  @Test
  void aNotificationIsReadInTheReadersLanguage() {
    browser.prefer("de");
    var page = InboxPage.open(browser, server, "team1");
    server
        .signIn("reader1")
        .post("/api/book-requests", Map.of("creator_id", 1, "title", "Momo", "author", "Ende"))
        .expect(201);
    page.toast().awaitText("Amara Nwosu fragt „Momo“ an");
    browser.visit(server.url() + "/creators/1/inbox");
    browser.part("notifications-open").click();
    browser.part("notification").awaitTextWith("Amara Nwosu fragt „Momo“ an");
  }

  /** The font is the page's own for headings and text, so it is the same on every machine. */
  @Test
  void thePageBringsItsOwnFont() {
    browser.visit(server.url()).part("login-form").awaitShown();
    browser.await(
        "the page's font",
        () ->
            Boolean.TRUE.equals(
                browser.run(
                    """
                    return [...document.fonts].some(({family, status}) => family.includes('Source Sans 3') && status === 'loaded')
                        && getComputedStyle(document.querySelector('h1')).fontFamily.startsWith('"Source Sans 3"')
                        && getComputedStyle(document.querySelector('button')).fontFamily.startsWith('"Source Sans 3"')
                    """)));
  }

  @Test
  void aChosenThemeIsThereFromTheFirstMoment() {
    browser.dark(false);
    SupporterPage.open(browser, server, "reader1");
    awaitBackground(LIGHT);
    browser.part("account-menu").click();
    browser.part("theme-dark").click();
    awaitBackground(DARK);

    // blocks the modules, so that only the document and its styles are painted
    browser.command("Network.enable", Map.of());
    browser.command("Network.setBlockedURLs", Map.of("urls", List.of("*/app/bookbell-app.js")));
    browser.expectErrors("ERR_BLOCKED_BY_CLIENT").visit(server.url());
    awaitBackground(DARK);
    browser.command("Network.setBlockedURLs", Map.of("urls", List.of()));

    browser.visit(server.url());
    browser.part("account-menu").click();
    browser.css("[data-testid=theme-dark]:checked").awaitShown();
    browser.part("theme-system").click();
    awaitBackground(LIGHT);
    browser.dark(true);
    awaitBackground(DARK);
    browser.part("theme-light").click();
    awaitBackground(LIGHT);
  }

  private void awaitBackground(String colour) {
    String background = "return getComputedStyle(document.documentElement).backgroundColor";
    browser.await("the background " + colour, () -> colour.equals(browser.run(background)));
  }

  @ParameterizedTest
  @EnumSource
  void everyLanguageFitsASmallPhone(Typeface typeface) {
    typeface.wear(browser);
    browser.resize(320, 640);
    for (String language : OTHER_LANGUAGES) {
      browser.command("Network.clearBrowserCookies", Map.of());
      browser.prefer(language);
      visit("/", language).part("login-form").awaitShown();
      assertFits("signing in", language);
      browser.carrySession(server, "reader1");
      visit("/creators/1/requests", language).part("quota-remaining").awaitShown();
      assertFits("a supporter's requests", language);
      browser.carrySession(server, "creator");
      visit("/creators/1/inbox", language).part("request-card").awaitShown();
      assertFits("the inbox", language);
      AROUND.forEach(link -> follow(link, language));
      for (String panel : List.of("patreon-settings", "kofi-settings", "webhooks")) {
        browser.part(panel).with("aria-busy", "false").awaitShown();
      }
      assertFits("the settings", language);
    }
    fit.assertNothingFound();
  }

  private Browser visit(String path, String language) {
    browser.visit(server.url() + path).css("html[lang=" + language + "]").awaitShown();
    return browser;
  }

  private void follow(String link, String language) {
    browser.part(link).click();
    browser.part(link).with("aria-current", "page").awaitShown();
    assertFits(link, language);
  }

  private void assertFits(String place, String language) {
    browser.css("html:not(:has(.skeleton, [aria-busy=true])) h1").awaitShown();
    fit.look(place + " in " + language);
  }
}
