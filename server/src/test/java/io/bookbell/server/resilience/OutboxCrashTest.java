package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.bookbell.hub.UserId;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.outbox.NewsBody;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTargetStore;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxStore;
import io.bookbell.server.resilience.workload.ServerProcess;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.stream.LongStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand mails through a mail server that hangs and fails, from a process that is killed twice:
 * each address gets each id at least once, and the ids in order.
 */
class OutboxCrashTest {
  private static final int TARGETS = 334;
  private static final int ITEMS = 3;
  private static final int ALL = TARGETS * ITEMS;

  @TempDir private Path folder;

  private final GreenMail mailServer =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP).dynamicPort());
  private final int port = FreePort.next();
  private final Map<String, List<Long>> expected = new LinkedHashMap<>();
  private ServerProcess server;
  private Wire wire;

  @BeforeEach
  void start() {
    mailServer.start();
    wire = new Wire(mailServer.getSmtp().getPort());
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    wire.close();
    mailServer.stop();
  }

  @Test
  void eachAddressGetsEachIdInOrder() {
    StorageConfig storage = TestDatabase.SQLITE.create(folder);
    queueNews(storage);

    serve(storage);
    awaitMails(ALL / 8);
    server.kill();
    serve(storage);
    awaitMails(ALL / 4);
    wire.stall();
    server.kill();
    wire.cut();
    serve(storage);
    patiently().atMost(Duration.ofSeconds(30)).until(this::hasFailed);
    wire.mend();
    patiently()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () ->
                assertThat(received().values().stream().mapToInt(SequencedSet::size).sum())
                    .isEqualTo(ALL));

    received()
        .forEach(
            (address, ids) -> assertThat(ids).containsExactlyElementsOf(expected.get(address)));
    assertThat(mailServer.getReceivedMessages()).hasSizeLessThan(ALL + 100);
  }

  private void queueNews(StorageConfig storage) {
    var targets = new NewsTargetStore();
    var outbox = new OutboxStore();
    try (var prepared = TestServer.with(TestServer.config(storage))) {
      var user = new UserId(prepared.cast().creator().id());
      String body =
          NewsBody.of("request_created", Map.of("title", "Kindred", "supporter_name", "Ada"));
      prepared
          .database()
          .write(
              tx -> {
                expected.clear();
                for (int number = 0; number < TARGETS; number++) {
                  String address = "reader" + number + "@home.test";
                  var channel = NewTarget.channel(user, NewsKind.MAIL, address, "{}", true);
                  long target = targets.create(tx, channel).id();
                  expected.put(
                      address,
                      LongStream.range(0, ITEMS)
                          .map(_ -> outbox.addForTarget(tx, target, "request_created", body))
                          .boxed()
                          .toList());
                }
                return true;
              })
          .join();
    }
  }

  private void serve(StorageConfig storage) {
    Map<String, String> settings = ServerProcess.settings(storage, port);
    settings.put("BOOKBELL_SMTP_URL", "smtp://127.0.0.1:" + wire.port());
    settings.put("BOOKBELL_MAIL_FROM", "books@books.test");
    settings.put("BOOKBELL_PUBLIC_URL", "http://localhost:" + port);
    server = ServerProcess.start(folder, settings, "serve");
    server.awaitReady();
  }

  /** The mail server's threads fail when the client that they serve is killed. */
  private static ConditionFactory patiently() {
    return await().dontCatchUncaughtExceptions();
  }

  private void awaitMails(int number) {
    patiently()
        .atMost(Duration.ofSeconds(60))
        .until(() -> mailServer.getReceivedMessages().length >= number);
  }

  private boolean hasFailed() {
    String metrics = TestClient.at("http://localhost:" + port).get("/metrics").raw().body();
    return metrics
        .lines()
        .anyMatch(
            line -> line.matches("bookbell_news_attempts_failed_total\\{kind=\"mail\"\\} [1-9].*"));
  }

  /** The ids that each address has got, in the order of their first arrival. */
  private Map<String, SequencedSet<Long>> received() {
    var found = new LinkedHashMap<String, SequencedSet<Long>>();
    for (MimeMessage mail : List.of(mailServer.getReceivedMessages())) {
      try {
        String address = mail.getRecipients(Message.RecipientType.TO)[0].toString();
        var ids = found.computeIfAbsent(address, _ -> new LinkedHashSet<>());
        ids.add(Long.parseLong(mail.getMessageID().replaceFirst("<news-(\\d+)@.*", "$1")));
      } catch (MessagingException e) {
        throw new IllegalStateException(e);
      }
    }
    return found;
  }
}
