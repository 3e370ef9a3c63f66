package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.e2e.FrontProxy.Wall;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.support.Images;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the page behind proxies that serve it under a path or require signing in at the proxy
 * first.
 */
class ProxyBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private static final String BOOK = "The Lantern Keeper";
  private static final String KEPT =
      """
      navigator.serviceWorker.ready.then(({active}) => window.kept = active.state === 'activated');
      return window.kept === true
      """;

  private static final String PICTURE =
      "return document.querySelector('[data-testid=creator-picture]')?.naturalWidth > 0";

  @TempDir Path folder;
  private final FrontProxy proxy = new FrontProxy();
  private TestServer server;
  private Browser browser;

  @BeforeEach
  void start() {
    browser =
        browsers
            .of("reader")
            .expectErrors("WebSocket connection to")
            .expectErrors("net::ERR_")
            .expectErrors("blocked by CORS policy")
            .expectErrors("Failed to load resource");
  }

  @AfterEach
  void stop() throws Exception {
    proxy.close();
    server.close();
  }

  private void serveAt(String publicUrl) {
    var usual = TestServer.config(TestDatabase.SQLITE.create(folder));
    server =
        TestServer.demo(
            usual.withReach(
                new PublicAccessConfig(
                    PublicUrl.parse(publicUrl), List.of(), List.of(), Optional.empty())));
    proxy.to(server.url());
  }

  private SupporterPage signIn(String url) {
    browser.visit(url);
    browser.part("login-email").write("reader1@demo.test");
    browser.part("login-password").write(TestServer.PASSWORD);
    browser.part("login-submit").click();
    return new SupporterPage(browser).awaitLive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everythingWorksUnderAPath(boolean stripped) {
    serveAt(proxy.url() + "/books");
    if (stripped) {
      proxy.stripping("/books");
    }
    SupporterPage reader = signIn(proxy.url() + "/books/");
    browser.awaitPath("/books/creators/1/requests");
    byte[] picture = Images.of("png", 4, 4);
    server.signIn("creator").put("/api/creators/1/picture", picture, "image/png").expect(200);
    browser.await("the picture", () -> Boolean.TRUE.equals(browser.run(PICTURE)));
    reader.ask(BOOK, "Mira Solberg").part().part("request-title").click();
    browser.await("the request's page", () -> browser.path().startsWith("/books/requests/"));
    browser.await("the kept files", () -> Boolean.TRUE.equals(browser.run(KEPT)));
    assertThat(asked("script[src], link[href]"))
        .allMatch(url -> url.startsWith(proxy.url() + "/books/"));
    assertThat(
            String.valueOf(
                browser.run(
                    "return navigator.serviceWorker.getRegistration().then(({scope}) => scope)")))
        .isEqualTo(proxy.url() + "/books/");

    var invited =
        server
            .signIn("creator")
            .post("/api/invitations", Map.of("creator_id", 1, "kind", "team"))
            .expect(201);
    assertThat(invited.body().get("url").asText()).startsWith(proxy.url() + "/books/join#");
  }

  @SuppressWarnings("unchecked")
  private List<String> asked(String selector) {
    return (List<String>)
        browser.run(
            "return [...document.querySelectorAll(arguments[0])].map(({src, href}) => src || href)",
            selector);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void whoHasToSignInAtTheProxyIsLedThere(Wall wall) {
    serveAt(proxy.url());
    SupporterPage reader = signIn(proxy.url() + "/");
    browser.await("the kept files", () -> Boolean.TRUE.equals(browser.run(KEPT)));
    browser.visit(proxy.url() + "/creators/1/requests");
    reader.awaitLive();

    proxy.raise(wall);
    browser.part("new-request-title").write(BOOK);
    browser.part("new-request-author").write("Mira Solberg");
    browser.part("new-request-submit").click();
    browser.part("unsent-request").awaitTextWith(BOOK);
    browser.part("toast-act").awaitTextWith("sign in again").click();
    browser.css("#door").awaitText("Sign in first");

    browser.command(
        "Network.setCookie", Map.of("name", "proxy_pass", "value", "yes", "url", proxy.url()));
    browser.visit(proxy.url() + "/creators/1/requests");
    reader.awaitLive();
    reader.card(BOOK).part().awaitShown();
    browser.part("unsent-request").awaitGone();
    var path = "/api/book-requests?creator_id=1&q=Lantern%20Keeper";
    assertThat(server.signIn("reader1").get(path).expect(200).body().get("items")).hasSize(1);
  }
}
