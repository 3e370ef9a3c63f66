package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.StandInPatreon;
import io.bookbell.server.support.StandInProvider;
import io.bookbell.server.support.StandInProvider.Person;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.virtualauthenticator.VirtualAuthenticatorOptions;
import org.openqa.selenium.virtualauthenticator.VirtualAuthenticatorOptions.Protocol;
import org.openqa.selenium.virtualauthenticator.VirtualAuthenticatorOptions.Transport;

/** Tests passkeys, providers and the operator's page in a browser with a virtual authenticator. */
class SignInMethodsBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  @TempDir Path folder;
  private final StandInProvider provider = new StandInProvider();
  private TestServer server;
  private Browser browser;
  private String site;

  private void start(TestDatabase database) {
    server =
        TestServer.demo(
            TestServer.config(database.create(folder))
                .withProviders(List.of(provider.config("1", Optional.empty()))));
    site = server.url().replace("127.0.0.1", "localhost"); // passkeys need a name
    browser = browsers.of("reader");
  }

  @AfterEach
  void stop() {
    server.close();
    provider.close();
  }

  private TestClient client(String name) {
    return TestClient.at(site).signIn(name + "@demo.test", TestServer.PASSWORD);
  }

  private void signOut() {
    browser.command("Network.clearBrowserCookies", Map.of());
    browser.visit(site + "/");
  }

  @ParameterizedTest
  @EnumSource
  void aPasskeyIsAddedUsedOnceForEachSignInAndRemoved(TestDatabase database) {
    start(database);
    var authenticator =
        browser
            .driver()
            .addVirtualAuthenticator(
                new VirtualAuthenticatorOptions()
                    .setProtocol(Protocol.CTAP2)
                    .setTransport(Transport.INTERNAL)
                    .setHasResidentKey(true)
                    .setHasUserVerification(true)
                    .setIsUserVerified(true));
    browser.carry(client("reader1")).visit(site + "/account");
    browser.part("passkey-name").awaitShown().write("Laptop");
    browser.part("passkey-add").click();
    browser.part("own-passkey").awaitTextWith("Laptop");
    browser.expectErrors("/api/passkeys - ");
    browser.expectErrors("/api/auth/passkey - ");

    signOut();
    browser.part("sign-in-passkey").awaitShown();
    browser.run(
        "const fetch = window.fetch; window.fetch = (url, init) => {"
            + " if (String(url).endsWith('/api/auth/passkey')) window.sent = init.body;"
            + " return fetch(url, init); };");
    browser.part("sign-in-passkey").click();
    browser.part("account-menu").awaitShown();
    String sent = String.valueOf(browser.run("return window.sent"));
    assertThat(TestClient.at(site).post("/api/auth/passkey", sent).expect(403).code())
        .isEqualTo("passkey_expired");

    browser.visit(site + "/account");
    browser.part("own-passkey").part("way-used").awaitTextWith("just now");
    browser.part("way-remove").click();
    browser.part("way-remove-confirm").click();
    browser.part("own-passkey").awaitGone();
    signOut();
    browser.part("sign-in-passkey").awaitShown().click();
    browser.part("form-error").awaitText("This passkey isn’t valid here.");
    browser.driver().removeVirtualAuthenticator(authenticator);
  }

  @Test
  void aPageThatHasBeenOpenForLongAsksForThePassword() {
    start(TestDatabase.SQLITE);
    provider.signInAs(new Person("1", "reader1@demo.test", true, "Reader"));
    browser.expectErrors("/api/auth/oidc/1/link");
    browser.carry(client("reader1"));
    server
        .database()
        .write(tx -> tx.update("UPDATE session SET created_at = created_at - 700000"))
        .join();
    browser.visit(site + "/account");
    browser.part("own-link").awaitShown().click();
    browser.part("ways-password").awaitShown();
    browser.await("the focus in the field", () -> browser.part("ways-password").hasFocus());
    browser.press("wrong", Keys.ENTER);
    browser.part("own-ways").inside(".notice--bad").awaitTextWith("not your password");
    var axe = new Axe(browser);
    axe.look("the password for a way to sign in");
    axe.assertNothingFound();
    browser.part("ways-password").write(TestServer.PASSWORD);
    browser.part("ways-confirm").click();
    browser.part("own-identity").awaitTextWith("Stand-in 1");
  }

  @Test
  void theAccountAtPatreonIsConnectedWithThePasswordAndListedAmongTheWaysIn() {
    try (var patreon = new StandInPatreon()) {
      server =
          TestServer.demo(
              TestServer.config(TestDatabase.SQLITE.create(folder)).withPatreon(patreon.config()));
      site = server.url();
      browser = browsers.of("reader").carry(client("reader1"));
      change("UPDATE session SET created_at = created_at - 700000");
      browser.expectErrors("/api/patreon/connect");
      browser.visit(site + "/patreon");
      browser.part("patreon-continue").awaitShown().click();
      browser.await("the focus in the field", () -> browser.part("patreon-password").hasFocus());
      browser.press("wrong", Keys.ENTER);
      browser.part("form-error").awaitTextWith("not your password");
      var axe = new Axe(browser);
      axe.look("the password for Patreon");
      axe.assertNothingFound();

      change(
          "INSERT INTO source_account (source, external_id, user_id, linked_at)"
              + " SELECT 'patreon', '7', id, 1 FROM app_user WHERE email = 'reader1@demo.test'");
      browser.visit(site + "/account");
      browser.part("own-patreon").awaitTextWith("Patreon");
      browser.part("way-remove").click();
      browser.part("way-remove-confirm").click();
      browser.part("own-patreon").awaitGone();
    }
  }

  private void change(String sql) {
    server.database().write(tx -> tx.update(sql)).join();
  }

  @ParameterizedTest
  @EnumSource(names = "SQLITE")
  void aProviderSignsInAndTheOperatorSeesPeople(TestDatabase database) {
    start(database);
    provider.signInAs(new Person("1", "reader1@demo.test", false, "Reader"));
    browser.visit(site + "/");
    browser.part("sign-in-provider").awaitText("Continue with Stand-in 1");
    browser.part("sign-in-provider").click();
    browser.part("form-error").awaitTextWith("verified");
    var axe = new Axe(browser);
    axe.look("ways to sign in");
    provider.signInAs(new Person("1", "reader1@demo.test", true, "Reader"));
    browser.part("sign-in-provider").click();
    browser.part("account-menu").awaitShown();
    browser.visit(site + "/account");
    browser.part("own-identity").awaitTextWith("Stand-in 1");
    axe.look("ways on the account page");
    axe.assertNothingFound();

    server
        .database()
        .write(tx -> tx.update("UPDATE app_user SET operator = TRUE WHERE email LIKE 'creator@%'"))
        .join();
    Browser operator = browsers.of("creator").carry(client("creator"));
    operator.visit(site + "/");
    operator.part("account-menu").click();
    operator.part("operator-link").click();
    operator.awaitPath("/operator");
    operator.part("operator-passwords").awaitText("People can sign in with passwords.");
    operator.css("[data-testid=operator-connected] [data-testid=connected-user]").awaitShown();
    operator.part("operator-search").write("reader1@");
    operator.press(Keys.ENTER);
    operator.await("one account", () -> operator.part("account").count() == 1);
    operator.part("account-open").click();
    operator.part("account-reset").click();
    assertThat(operator.part("account-link-made").awaitShown().value()).contains("/reset#");
    var operatorsAxe = new Axe(operator);
    operatorsAxe.look("the operator's page");
    operatorsAxe.assertNothingFound();
    browser.expectRefusals();
    operator.part("account-creator").click();
    operator.part("account").awaitTextWith("Creator");
    operator.part("account-creator-end").click();
    operator.part("account-creator-end-confirm").click();
    operator.part("account-creator").awaitShown();
    operator.part("account-disable").click();
    operator.part("account-disable-confirm").click();
    operator.part("account").awaitTextWith("Disabled");
    browser.part("sign-in-ways").awaitShown(); // signed out by the server
  }
}
