package io.bookbell.server.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.server.news.NewsWords;
import io.bookbell.server.outbox.SendResult;
import io.bookbell.server.outbox.SendResult.Accepted;
import io.bookbell.server.outbox.SendResult.ItemRefused;
import io.bookbell.server.outbox.SendResult.ServiceDown;
import io.bookbell.server.outbox.SendResult.TryAgain;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What replies of a mail server mean for a mail, its address and all others. */
class MailServerTest {
  private ScriptedMailServer script;
  private MailServer mailServer;

  @BeforeEach
  void start() throws IOException {
    script = new ScriptedMailServer();
    mailServer = open(Duration.ofSeconds(2));
  }

  private MailServer open(Duration timeout) {
    var settings = script.config();
    return new MailServer(settings, timeout);
  }

  @AfterEach
  void stop() throws Exception {
    mailServer.close();
    script.close();
  }

  @ParameterizedTest
  @CsvSource({
    "RCPT, 550 5.1.1 no such user, TargetGone",
    "RCPT, 550 5.7.1 relaying denied, ItemRefused",
    "RCPT, 554 5.7.1 the address 10.5.2.1 is blocked, ItemRefused",
    "RCPT, close, ServiceDown",
    "RCPT, reset, ServiceDown",
    "RCPT, 450 4.2.0 greylisted; try again later, TryAgain",
    "MAIL, 553 5.7.1 this sender is not allowed, ServiceDown",
    "DATA, 554 5.6.0 no data today, ItemRefused",
    "., 452 4.3.1 disk is full of data, TryAgain",
  })
  void aReplyConcernsTheMailItsAddressOrAll(String command, String reply, String expected)
      throws Exception {
    script.reply = Map.of(command, reply);
    assertThat(send()).extracting(result -> result.getClass().getSimpleName()).isEqualTo(expected);
    script.reply = Map.of();
    assertThat(send()).isEqualTo(new Accepted());
  }

  @Test
  void aRefusalCountsAlsoIfTheConnectionIsLostRightAfterIt() throws Exception {
    for (String command : List.of("DATA", ".")) {
      script.reply = Map.of(command, "554 5.7.1 spam", "RSET", ScriptedMailServer.RESET);
      assertThat(send()).isInstanceOf(ItemRefused.class);
    }
  }

  @Test
  void aConnectionThatTakesNoFurtherMailIsReplaced() throws Exception {
    script.mostOnConnection = 1;
    assertThat(send()).isEqualTo(new Accepted());
    assertThat(send()).isEqualTo(new Accepted());
    assertThat(script.connections).hasSize(2);

    script.reply = Map.of("MAIL", "421 4.3.2 shutting down");
    assertThat(send()).isInstanceOf(ServiceDown.class);
    assertThat(script.connections).as("one attempt on a new one").hasSize(3);
  }

  @ParameterizedTest
  @CsvSource({
    "ann@bücher.test, <ann@xn--bcher-kva.test>",
    "a..b@home.test, <a..b@home.test>",
    "łukasz@home.test,", // whose letters aren't those of Bukasz
    "novačan@home.test,",
    "'x:root,ann@home.test;',",
    "<ann@home.test,",
    "'a,b@home.test',",
  })
  void aMailIsSentToItsAddressOrToNobody(String address, String receiver) throws Exception {
    SendResult result = mailServer.send(mailTo(address));
    if (receiver == null) {
      assertThat(result).isInstanceOf(ItemRefused.class);
      assertThat(script.receivers).isEmpty();
    } else {
      assertThat(result).isEqualTo(new Accepted());
      assertThat(script.receivers).containsExactly(receiver);
    }
  }

  @Test
  void aConnectionThatIsLostBeforeTheGreetingIsNotWaitedFor() {
    script.drops = true;
    var result = new CompletableFuture<SendResult>();
    try (var patient = open(Duration.ofMinutes(10))) {
      Thread.startVirtualThread(() -> sendInto(result, patient));
      assertThat(result).succeedsWithin(Duration.ofMinutes(1)).isInstanceOf(ServiceDown.class);
    }
  }

  @Test
  void mailsShareAConnectionUntilItIsLost() throws Exception {
    send();
    send();
    assertThat(script.connections).hasSize(1);
    script.connections.getFirst().close();
    assertThat(send()).isEqualTo(new Accepted());
    assertThat(script.connections).hasSize(2);
  }

  @Test
  void aLineBreakInATitleBeginsNoHeader() {
    var mail =
        new MailContent(NewsWords.of("en"))
            .toMail("ann@home.test", "Request: x\r\nBcc: eve@home.test", Map.of());
    assertThat(mail.subject()).isEqualTo("Request: x Bcc: eve@home.test");
  }

  /** More often than there are connections in the pool. */
  @Test
  void aServerThatHangsIsUsedAgainWhenItAnswers() throws Exception {
    script.reply = Map.of("MAIL", "");
    for (int time = 0; time < 5; time++) {
      assertThat(send()).isInstanceOf(ServiceDown.class);
    }
    script.reply = Map.of();
    assertThat(send()).isEqualTo(new Accepted());
  }

  /**
   * A mail that waits for a connection hasn't been sent yet, so it may be given up without being
   * sent twice.
   */
  @Test
  void whatIsGivenUpWhileItWaitsIsNotSentInTheBackground() throws Exception {
    script.hold();
    try (var patient = open(Duration.ofMinutes(1));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = new ArrayList<Future<SendResult>>();
      for (int time = 0; time < MailServer.CONNECTIONS; time++) {
        results.add(threads.submit(() -> sendTo(patient)));
      }
      await().untilAsserted(() -> assertThat(script.begun).hasValue(MailServer.CONNECTIONS));
      var givenUp = new CompletableFuture<SendResult>();
      Thread waiting = Thread.startVirtualThread(() -> sendInto(givenUp, patient));
      await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
      waiting.interrupt();
      assertThat(givenUp).failsWithin(Duration.ofSeconds(10));

      script.release();
      for (Future<SendResult> result : results) {
        assertThat(result.get()).isEqualTo(new Accepted());
      }
      assertThat(sendTo(patient)).isEqualTo(new Accepted());
      assertThat(script.begun).as("it and the others").hasValue(MailServer.CONNECTIONS + 1);
    }
  }

  private static void sendInto(CompletableFuture<SendResult> result, MailServer server) {
    try {
      result.complete(sendTo(server));
    } catch (InterruptedException e) {
      result.completeExceptionally(e);
    }
  }

  /** Its connection is closed, and nothing follows on it. */
  @Test
  void whatIsGivenUpAtASlowServerIsNotSentInTheBackground() throws Exception {
    script.hold();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = new ArrayList<Future<SendResult>>();
      for (int time = 0; time < 8; time++) {
        results.add(threads.submit(this::send));
      }
      for (Future<SendResult> result : results) {
        assertThat(result.get()).isInstanceOfAny(ServiceDown.class, TryAgain.class);
      }
      int begun = script.begun.get();
      script.release();
      assertThat(send()).isEqualTo(new Accepted());
      assertThat(script.begun).hasValue(begun + 1);
    }
  }

  private SendResult send() throws InterruptedException {
    return sendTo(mailServer);
  }

  private static SendResult sendTo(MailServer server) throws InterruptedException {
    return server.send(mailTo("ann@home.test"));
  }

  private static ComposedMail mailTo(String address) {
    return new ComposedMail(address, "Hello", "text", "<p>text</p>", Map.of());
  }
}
