package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests the keys for programs on the account page. */
class KeysBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  @TempDir Path folder;
  private TestServer server;
  private Browser browser;

  @BeforeEach
  void start() {
    server = TestServer.demo(TestDatabase.SQLITE, folder);
    browser = browsers.of("creator").carrySession(server, "creator");
    browser.visit(server.url() + "/creators/1/inbox");
    browser.part("account-menu").click();
    browser.part("account-link").click();
    browser.awaitPath("/account");
    browser.part("account-keys").awaitShown();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aKeyIsMadeCopiedUsedAndRevoked() {
    browser.part("key-name").write("My bot");
    browser.part("key-scope-write").click();
    browser.part("key-submit").click();
    String secret = browser.part("key-secret").awaitShown().value();
    browser.part("key-secret-copy").click();
    var key = browser.part("key");
    key.part("key-row-name").awaitTextWith("My bot " + secret.substring(0, 8));
    key.part("key-row-scopes").awaitText("Read, Write");
    key.part("key-used").awaitText("never used");

    var program = new TestClient(server.url(), Optional.of(secret));
    program.get("/api/me").expect(200);
    program.post("/api/notifications/read", Map.of("all", true)).expect(200);
    program.patch("/api/creators/1", Map.of("notice", "Hi")).expect(403);
    browser.await(
        "the use to be stored",
        () ->
            !server.signIn("creator").get("/api/keys").body().at("/items/0/last_used_at").isNull());
    browser.visit(server.url() + "/account");
    key.part("key-used").awaitText("used just now");
    assertThat(browser.part("key-secret").count()).isZero();

    key.part("key-revoke").click();
    key.part("key-revoke-confirm").click();
    key.awaitGone();
    program.get("/api/me").expect(401);
  }

  @Test
  void whatIsMissingIsSaidAtItsField() {
    browser.expectErrors("/api/keys - ");
    browser.part("key-scope-read").click();
    browser.part("key-submit").click();
    browser.part("key-name-error").awaitShown();
    browser.part("key-scopes-error").awaitShown();

    browser.part("key-name").write("My bot");
    browser.part("key-scope-admin").click();
    browser.part("key-days").choose("No end");
    browser.part("key-submit").click();
    browser.part("key").part("key-row-scopes").awaitText("Manage");
    browser.part("key").awaitTextWith("doesn’t expire");
  }
}
