package io.bookbell.server.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxSender;
import io.bookbell.server.outbox.OutboxStatistics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A mail whose fate is unknown is sent again as it was, so that mail programs recognise the copy.
 */
class MailRetryTest extends DomainTest {
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
    transport = script.transportOf(domain);
    sender = newSender(domain);
  }

  private OutboxSender newSender(Domain node) {
    return new OutboxSender(node.database(), List.of(transport), new OutboxStatistics());
  }

  @AfterEach
  void stop() throws Exception {
    sender.close();
    transport.close();
    script.close();
  }

  @Test
  void itemsThatWereTriedTogetherAreTriedAgainTogether() {
    script.reply = Map.of(".", "451 4.3.0 lost track of it");
    askTimes(5);
    sendUntil(sender, 1);
    awaitPause();
    askTimes(2);
    script.reply = Map.of();
    domain.passes(Duration.ofMinutes(1));
    sendUntil(sender, 4);

    assertThat(script.messageIds.get(1)).as("the copy").isEqualTo(script.messageIds.getFirst());
    assertThat(script.messageIds.subList(1, 4)).as("and what came later").doesNotHaveDuplicates();
  }

  @Test
  void aDigestWhoseNodeWasKilledIsSentAgainByAnotherWithoutWhatCameLater() {
    script.hold();
    askTimes(5);
    sendUntil(sender, 1);
    askTimes(2);
    sendFromAnotherNode(4);

    assertThat(script.messageIds.get(1)).as("the copy").isEqualTo(script.messageIds.getFirst());
    assertThat(script.messageIds.subList(1, 4)).as("and what came later").doesNotHaveDuplicates();
  }

  /** It has another link, and the first one isn't valid any more. */
  @Test
  void aLinkWhoseNodeWasKilledIsNoCopyOfTheNextOne() {
    script.hold();
    domain.write(
        tx -> {
          domain.features.outbox.addOneOff(
              tx, creator, NewsKind.MAIL, "mara@home.test", "password_reset", "{}");
          return true;
        });
    sendUntil(sender, 1);
    sendFromAnotherNode(2);

    assertThat(script.messageIds).doesNotHaveDuplicates();
  }

  /**
   * The first node's mail gets through, but the node has lost its lease by then, so that it stores
   * nothing: as if it had been killed before.
   */
  private void sendFromAnotherNode(int mails) {
    domain.passes(Duration.ofMinutes(2));
    try (var other = newSender(domain.node())) {
      sendUntil(other, 2);
      script.release();
      sendUntil(other, mails);
    }
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

  private void sendUntil(OutboxSender node, int mails) {
    await()
        .untilAsserted(
            () -> {
              node.startDue();
              assertThat(script.messageIds).hasSize(mails);
            });
  }
}
