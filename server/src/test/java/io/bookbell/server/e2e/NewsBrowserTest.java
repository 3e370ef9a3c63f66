package io.bookbell.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig.ListenConfig;
import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.config.ServerConfig.PublicAccessConfig;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests the settings of news on the account page, and the page behind links in mails. */
class NewsBrowserTest {
  @RegisterExtension static final Browsers browsers = new Browsers();

  private final GreenMail mailServer =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP).dynamicPort());
  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() {
    mailServer.start();
    int port = FreePort.next();
    server =
        TestServer.demo(
            TestServer.config(TestDatabase.SQLITE.create(folder))
                .withListen(new ListenConfig("127.0.0.1", port, Optional.empty()))
                .withMail(
                    new MailConfig(
                        "127.0.0.1",
                        mailServer.getSmtp().getPort(),
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        "books@books.test"))
                .withReach(
                    new PublicAccessConfig(
                        PublicUrl.parse("http://127.0.0.1:" + port),
                        List.of(),
                        List.of(),
                        Optional.empty())));
  }

  @AfterEach
  void stop() {
    server.close();
    mailServer.stop();
  }

  @Test
  void anAddressIsAddedConfirmedAndGetsWhatWasChosen() {
    Browser browser = browsers.of("creator").carrySession(server, "creator");
    browser.visit(server.url() + "/account");
    browser.part("news-address").awaitShown().write("mara@home.test");
    browser.part("news-add-submit").click();
    browser.part("news-channel-state").awaitText("Open the link in the email we sent there.");

    browser.visit(awaitLink());
    browser.part("news-link-submit").awaitShown().click();
    browser.part("news-link-done").awaitText("Done. News will be sent here from now on.");

    browser.visit(server.url() + "/account");
    browser.part("news-request_created-mail").awaitShown();
    browser.run( // the second while the first is being saved
        "for (const box of document.querySelectorAll('.news-event input')) box.click()");
    browser.await(
        "the choices to be stored",
        () -> {
          var settings = server.signIn("creator").get("/api/me/notification-settings").body();
          return Stream.of("request_created", "request_answered", "reply_added")
              .allMatch(event -> settings.at("/events/" + event + "/0").asText().equals("mail"));
        });
    browser.part("news-test").click();
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(mailServer.getReceivedMessages()).hasSize(2));
  }

  @Test
  void severalPeopleAreInvitedAndAForgottenPasswordIsReplaced() {
    Browser browser = browsers.of("creator").carrySession(server, "creator");
    browser.expectErrors("/api/invitations/mail"); // refuses an address
    browser.visit(server.url() + "/creators/1/invitations");
    browser.part("invite-emails").awaitShown().write("ann@home.test, bob");
    browser.part("invite-mail-submit").click();
    browser.part("invite-emails-error").awaitText("bob: Enter a valid email address.");
    browser.part("invite-emails").write("ann@home.test, bob@home.test");
    browser.part("invite-mail-submit").click();
    browser.part("toast").awaitTextWith("2 invitations are on their way.");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(mailServer.getReceivedMessages()).hasSize(2));

    Browser visitor = browsers.of("visitor");
    visitor.expectErrors("/api/me");
    visitor.visit(server.url() + "/");
    visitor.part("forgot-password").awaitText("Forgot your password?").click();
    visitor.part("forgot-email").awaitShown().write("creator@demo.test");
    visitor.part("news-link-submit").click();
    visitor
        .part("news-link-done")
        .awaitText("If there’s such an account, the email is on its way.");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(mailServer.getReceivedMessages()).hasSize(3));
  }

  private String awaitLink() {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> mailServer.getReceivedMessages().length == 1);
    String mail = GreenMailUtil.getBody(mailServer.getReceivedMessages()[0]).replace("=\r\n", "");
    Matcher link =
        Pattern.compile("(http://\\S+/news#confirm=)(?:3D)?([\\w-]+)")
            .matcher(mail.replace("=3D", "="));
    assertThat(link.find()).as(mail).isTrue();
    return link.group(1) + link.group(2);
  }
}
