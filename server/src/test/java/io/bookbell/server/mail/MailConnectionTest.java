package io.bookbell.server.mail;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.outbox.SendResult;
import io.bookbell.server.outbox.SendResult.Accepted;
import io.bookbell.server.outbox.SendResult.ServiceDown;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The login, and what is said of the sender, at a real mail server. */
class MailConnectionTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final ComposedMail MAIL =
      new ComposedMail("ann@home.test", "Grüße", "text", "<p>text</p>", Map.of());

  private final GreenMail mailServer =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP).dynamicPort());

  @BeforeEach
  void start() {
    mailServer.start();
    mailServer.setUser("books", "open, sésame");
  }

  @AfterEach
  void stop() {
    mailServer.stop();
  }

  @Test
  void theLoginIsTheConfiguredOne() throws Exception {
    assertThat(send("127.0.0.1", Optional.of("open, sésame"), "books@books.test"))
        .isEqualTo(new Accepted());
    assertThat(send("127.0.0.1", Optional.of("guessed"), "books@books.test"))
        .isInstanceOfSatisfying(
            ServiceDown.class, down -> assertThat(down.reason()).contains("535"));
  }

  /** After one that was accepted, too: Angus Mail would keep it and try another port by itself. */
  @Test
  void aLoginThatIsRefusedIsTriedOnce() throws Exception {
    try (var script = new ScriptedMailServer();
        var server = new MailServer(settings(script.socket.getLocalPort()), TIMEOUT)) {
      var offer = Map.of("EHLO", "250-hello\r\n250 AUTH PLAIN");
      script.reply = with(offer, "AUTH", "235 welcome");
      assertThat(server.send(MAIL)).isEqualTo(new Accepted());
      script.connections.getFirst().close();
      for (String refusal :
          List.of("535 5.7.8 no", "454 4.7.0 not now", ScriptedMailServer.CLOSE)) {
        script.reply = with(offer, "AUTH", refusal);
        assertThat(server.send(MAIL))
            .isInstanceOfSatisfying(
                ServiceDown.class, down -> assertThat(down.reason()).doesNotContain("25"));
      }
      assertThat(script.connections).hasSize(4);
    }
  }

  @Test
  void aServerThatOffersNoLoginIsNotUsedWithoutOne() throws Exception {
    try (var script = new ScriptedMailServer();
        var server = new MailServer(settings(script.socket.getLocalPort()), TIMEOUT)) {
      script.reply = Map.of("RCPT", "554 5.7.1 relaying denied");
      assertThat(server.send(MAIL))
          .isEqualTo(new ServiceDown("The mail server doesn't offer a login"));
    }
  }

  private static Map<String, String> with(
      Map<String, String> replies, String command, String reply) {
    var all = new HashMap<>(replies);
    all.put(command, reply);
    return all;
  }

  private static MailConfig settings(int port) {
    return new MailConfig(
        "127.0.0.1", port, false, Optional.of("books"), Optional.of("s3cret"), "books@books.test");
  }

  /** It would be sent as it is, because this server doesn't offer encryption. */
  @Test
  void aPasswordIsSentInPlainTextOnlyToThisComputer() throws Exception {
    assertThat(send("127.1", Optional.of("open, sésame"), "books@books.test"))
        .isInstanceOfSatisfying(
            ServiceDown.class, down -> assertThat(down.reason()).contains("STARTTLS"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "books@books.test|",
        "Bookbell <books@books.test>|Bookbell",
        "\"Bookbell\" <books@books.test>|Bookbell",
        "Bücher, Papier & Co. <books@books.test>|Bücher, Papier & Co.",
        "本の鈴 <books@books.test>|本の鈴",
      })
  void theSendersNameMayContainAnything(String from, String name) throws Exception {
    assertThat(send("127.0.0.1", Optional.empty(), from)).isEqualTo(new Accepted());
    var sender = (InternetAddress) mailServer.getReceivedMessages()[0].getFrom()[0];
    assertThat(sender.getAddress()).isEqualTo("books@books.test");
    assertThat(sender.getPersonal()).isEqualTo(name);
  }

  private SendResult send(String host, Optional<String> password, String from)
      throws InterruptedException {
    var settings =
        new MailConfig(
            host,
            mailServer.getSmtp().getPort(),
            false,
            password.map(_ -> "books"),
            password,
            from);
    try (var server = new MailServer(settings, TIMEOUT)) {
      return server.send(MAIL);
    }
  }
}
