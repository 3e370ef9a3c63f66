package io.bookbell.server.resilience;

import static java.util.stream.Collectors.toCollection;
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
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than a thousand news through a mail server that hangs and fails, from a process that is
 * killed twice: each address gets each id at least once, and the ids in order. Half of the
 * addresses get them one by one, the others in digests, to which more is added while the process is
 * away.
 */
class OutboxCrashTest {
  private static final int TARGETS = 180;
  private static final int SINGLE_ITEMS = 3;
  private static final int DIGEST_ITEMS = 4;
  private static final int DIGESTS = 3;
  private static final int ALL = TARGETS / 2 * (SINGLE_ITEMS + DIGEST_ITEMS * DIGESTS);
  private static final Pattern MESSAGE_ID = Pattern.compile("<news-(\\d+)(?:-(\\d+))?@.*");

  @TempDir private Path folder;

  private final GreenMail mailServer =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP).dynamicPort());
  private final int port = FreePort.next();
  private final Map<String, Long> targets = new LinkedHashMap<>();
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
    createTargets(storage);
    queueNews(storage, address -> isDigest(address) ? DIGEST_ITEMS : SINGLE_ITEMS);

    serve(storage);
    awaitMails(TARGETS / 2);
    server.kill();
    queueNews(storage, OutboxCrashTest::moreItems);
    serve(storage);
    awaitMails(TARGETS);
    wire.stall();
    server.kill();
    wire.cut();
    queueNews(storage, OutboxCrashTest::moreItems);
    serve(storage);
    patiently().atMost(Duration.ofSeconds(30)).until(this::hasFailed);
    wire.mend();
    patiently()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () ->
                assertThat(received().values().stream().mapToInt(SequencedSet::size).sum())
                    .isEqualTo(ALL));

    received()
        .forEach(
            (address, ids) -> assertThat(ids).containsExactlyElementsOf(expected.get(address)));
    messageIds()
        .forEach(
            (address, ids) ->
                assertThat(ids.stream().flatMap(id -> itemsOf(address, id)))
                    .as("each item has come under one Message-ID")
                    .doesNotHaveDuplicates());
    assertThat(mailServer.getReceivedMessages()).hasSizeLessThan(ALL + 100);
  }

  private static boolean isDigest(String address) {
    return address.startsWith("digest");
  }

  private static int moreItems(String address) {
    return isDigest(address) ? DIGEST_ITEMS : 0;
  }

  private void createTargets(StorageConfig storage) {
    var targetStore = new NewsTargetStore();
    try (var prepared = TestServer.with(TestServer.config(storage))) {
      var user = new UserId(prepared.cast().creator().id());
      change(
          prepared,
          tx -> {
            for (int number = 0; number < TARGETS; number++) {
              String address = (number % 2 == 0 ? "reader" : "digest") + number + "@home.test";
              var channel = NewTarget.channel(user, NewsKind.MAIL, address, "{}", true);
              targets.put(address, targetStore.create(tx, channel).id());
              expected.put(address, new ArrayList<>());
            }
          });
    }
  }

  /** Adds news while the process is away. */
  private void queueNews(StorageConfig storage, ToIntFunction<String> amount) {
    var outbox = new OutboxStore();
    String body =
        NewsBody.of("request_created", Map.of("title", "Kindred", "supporter_name", "Ada"));
    try (var prepared = TestServer.with(TestServer.config(storage))) {
      change(
          prepared,
          tx ->
              targets.forEach(
                  (address, target) -> {
                    for (int item = 0; item < amount.applyAsInt(address); item++) {
                      expected
                          .get(address)
                          .add(outbox.addForTarget(tx, target, "request_created", body));
                    }
                  }));
    }
  }

  private static void change(TestServer prepared, Consumer<Transaction> change) {
    prepared
        .database()
        .write(
            tx -> {
              change.accept(tx);
              return true;
            })
        .join();
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

  /** The items that each address has got, in the order of their first arrival. */
  private Map<String, SequencedSet<Long>> received() {
    var found = new LinkedHashMap<String, SequencedSet<Long>>();
    messageIds()
        .forEach(
            (address, ids) ->
                found.put(
                    address,
                    ids.stream()
                        .flatMap(id -> itemsOf(address, id))
                        .collect(toCollection(LinkedHashSet::new))));
    return found;
  }

  /** The Message-IDs that each address has got, each once, in the order of their first arrival. */
  private Map<String, SequencedSet<String>> messageIds() {
    var found = new LinkedHashMap<String, SequencedSet<String>>();
    for (MimeMessage mail : mailServer.getReceivedMessages()) {
      try {
        String address = mail.getRecipients(Message.RecipientType.TO)[0].toString();
        found.computeIfAbsent(address, _ -> new LinkedHashSet<>()).add(mail.getMessageID());
      } catch (MessagingException e) {
        throw new IllegalStateException(e);
      }
    }
    return found;
  }

  /** The items of a mail, of which a digest names the first and the last. */
  private Stream<Long> itemsOf(String address, String messageId) {
    Matcher matcher = MESSAGE_ID.matcher(messageId);
    assertThat(matcher.matches()).as(messageId).isTrue();
    long first = Long.parseLong(matcher.group(1));
    long last = matcher.group(2) == null ? first : Long.parseLong(matcher.group(2));
    return expected.get(address).stream().filter(id -> id >= first && id <= last);
  }
}
