package io.bookbell.server.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.config.ServerConfig.MailConfig;
import io.bookbell.server.network.PublicUrl;
import io.bookbell.server.news.PersonalFilter;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxSender;
import io.bookbell.server.outbox.OutboxStatistics;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A mail whose fate is unknown is sent again as it was, so that mail programs recognise the copy.
 */
class MailRetryTest extends DomainTest {
  private final Vertx vertx = Vertx.vertx();
  private ScriptedMailServer script;
  private MailTransport transport;
  private OutboxSender sender;
  private UserId creator;
  private UserId supporter;

  @BeforeEach
  void start() throws IOException {
    script = new ScriptedMailServer();
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 50);
    domain.write(
        tx -> {
          var mail = NewTarget.channel(creator, NewsKind.MAIL, "mara@home.test", "{}", true);
          NewsTarget target = domain.features.newsTargets.create(tx, mail);
          domain.features.newsTargets.replaceEvents(tx, target, Set.of(NewsEvent.REQUEST_CREATED));
          return target;
        });
    transport =
        new MailTransport(
            vertx,
            new MailConfig(
                "127.0.0.1",
                script.socket.getLocalPort(),
                false,
                Optional.empty(),
                Optional.empty(),
                "books@books.test"),
            PublicUrl.parse("https://books.test").orElseThrow(),
            new PersonalFilter(domain.features.notifications, domain.features.access),
            Map.of());
    sender = new OutboxSender(domain.database(), List.of(transport), new OutboxStatistics());
  }

  @AfterEach
  void stop() throws Exception {
    sender.close();
    transport.close();
    script.close();
    vertx.close().await();
  }

  @Test
  void itemsThatWereTriedTogetherAreTriedAgainTogether() {
    script.reply = Map.of(".", "451 4.3.0 lost track of it");
    askTimes(5);
    sendUntil(1);
    awaitPause();
    askTimes(2);
    script.reply = Map.of();
    domain.passes(Duration.ofMinutes(1));
    sendUntil(4);

    assertThat(script.messageIds.get(1)).as("the copy").isEqualTo(script.messageIds.getFirst());
    assertThat(script.messageIds.subList(1, 4)).as("and what came later").doesNotHaveDuplicates();
  }

  private void awaitPause() {
    await()
        .untilAsserted(
            () ->
                assertThat(
                        domain.<Integer>read(
                            tx ->
                                tx.query("SELECT failures FROM news_target")
                                    .single(row -> row.getInt("failures"))))
                    .isEqualTo(1));
  }

  private void askTimes(int times) {
    for (int time = 0; time < times; time++) {
      domain.ask(supporter, creator, "Book " + time);
    }
  }

  private void sendUntil(int mails) {
    await()
        .untilAsserted(
            () -> {
              sender.startDue();
              assertThat(script.messageIds).hasSize(mails);
            });
  }
}
