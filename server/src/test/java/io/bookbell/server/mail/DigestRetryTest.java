package io.bookbell.server.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.DomainTest;
import io.bookbell.server.news.Digest;
import io.bookbell.server.news.NewsPreference;
import io.bookbell.server.news.NewsPreferenceStore;
import io.bookbell.server.outbox.NewsEvent;
import io.bookbell.server.outbox.NewsKind;
import io.bookbell.server.outbox.NewsTarget;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxSender;
import io.bookbell.server.outbox.OutboxStatistics;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The day for which a digest is tried begins when the digest is due. */
class DigestRetryTest extends DomainTest {
  private static final String THURSDAY = "2026-05-21T12:00:00Z";
  private static final String SATURDAY = "2026-05-23T12:00:00Z";
  private static final String MONDAY = "2026-05-25T08:01:00Z";
  private static final String TUESDAY = "2026-05-26T08:02:00Z";
  private static final String NEXT_MONDAY = "2026-06-01T08:01:00Z";

  private ScriptedMailServer script;
  private MailTransport transport;
  private OutboxSender sender;
  private UserId creator;
  private UserId supporter;
  private long weekly;

  @BeforeEach
  void start() throws IOException {
    script = new ScriptedMailServer();
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 50);
    weekly =
        domain.write(
            tx -> {
              var preference =
                  new NewsPreference(Digest.WEEKLY, Optional.empty(), ZoneId.of("UTC"), "en");
              new NewsPreferenceStore().put(tx, creator, preference);
              var mail = NewTarget.channel(creator, NewsKind.MAIL, "mara@home.test", "{}", true);
              NewsTarget target = domain.features.newsTargets.create(tx, mail);
              domain.features.newsTargets.replaceEvents(
                  tx, target, Set.of(NewsEvent.REQUEST_CREATED));
              return target.id();
            });
    transport = script.transportOf(domain);
    sender = new OutboxSender(domain.database(), List.of(transport), new OutboxStatistics());
  }

  @AfterEach
  void stop() throws Exception {
    sender.close();
    transport.close();
    script.close();
  }

  @Test
  void aDigestThatBecomesDueInALongOutageIsSentAfterIt() {
    askOn(THURSDAY);
    domain.setTime(SATURDAY);
    script.drops = true;
    addPasswordMail();
    sendUntil(() -> assertThat(outageFailures()).isEqualTo(1));
    domain.setTime(MONDAY);
    sendUntil(() -> assertThat(outageFailures()).isEqualTo(2));
    assertThat(itemStates()).containsExactly("queued", "failed");

    script.drops = false;
    domain.passes(Duration.ofMinutes(6));
    sendUntil(() -> assertThat(itemStates()).containsExactly("sent", "failed"));
  }

  @Test
  void aDigestThatWasDueForADayIsGivenUp() {
    askOn(THURSDAY);
    domain.setTime(MONDAY);
    script.drops = true;
    sendUntil(() -> assertThat(outageFailures()).isEqualTo(1));
    domain.setTime(TUESDAY);

    sendUntil(() -> assertThat(itemStates()).containsExactly("failed"));
  }

  @Test
  void aDigestIsTriedForADayAlthoughTheOneBeforeHasFailed() {
    askOn(THURSDAY);
    domain.setTime(MONDAY);
    script.reply = Map.of(".", "451 4.7.1 greylisted");
    sendUntil(() -> assertThat(failures()).isEqualTo(1));
    askOn(TUESDAY);
    sendUntil(() -> assertThat(itemStates()).containsExactly("failed", "queued"));
    domain.passes(Duration.ofHours(3));
    sendUntil(() -> assertThat(failures()).as("when there is only the next digest").isZero());
    domain.setTime(NEXT_MONDAY);
    int mails = script.messageIds.size();
    sendUntil(() -> assertThat(script.messageIds).hasSizeGreaterThan(mails));
    await().untilAsserted(() -> assertThat(isLeased()).isFalse());

    assertThat(itemStates()).containsExactly("failed", "queued");
    assertThat(failures()).as("not those of the week before").isEqualTo(1);
  }

  private void askOn(String time) {
    domain.setTime(time);
    domain.ask(supporter, creator, "Book");
    sendUntil(() -> assertThat(itemStates()).doesNotContain("new"));
  }

  private void addPasswordMail() {
    domain.write(
        tx -> {
          domain.features.outbox.addOneOff(
              tx, supporter, NewsKind.MAIL, "amara@home.test", "password_reset", "{}");
          return true;
        });
  }

  private void sendUntil(Runnable assertion) {
    await()
        .untilAsserted(
            () -> {
              sender.startDue();
              assertion.run();
            });
  }

  private List<String> itemStates() {
    return domain.read(
        tx ->
            tx.query("SELECT state FROM outbox_item ORDER BY id")
                .list(row -> row.getString("state")));
  }

  private int outageFailures() {
    return domain.read(
        tx ->
            tx.query("SELECT failures FROM news_service")
                .first(row -> row.getInt("failures"))
                .orElse(0));
  }

  private int failures() {
    return domain.read(tx -> domain.features.newsTargets.find(tx, weekly)).orElseThrow().failures();
  }

  private boolean isLeased() {
    return domain.read(
        tx -> tx.query("SELECT id FROM news_target WHERE lease IS NOT NULL").exists());
  }
}
