package io.bookbell.server.outbox;

import static io.bookbell.server.request.Status.APPROVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.bookbell.hub.UserId;
import io.bookbell.server.outbox.NewsTarget.TargetPurpose;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.quota.Period;
import io.bookbell.server.quota.TierService.TierTerms;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is written to the outbox, and how long it is kept. */
class OutboxContentTest extends OutboxTest {
  @Test
  void tellsThoseWhoAskedForItOfWhatOthersDid() {
    subscribe(creator, "mara", NewsEvent.REQUEST_CREATED, NewsEvent.REQUEST_WITHDRAWN);
    subscribe(supporter, "amara", NewsEvent.values());
    UserId helper = domain.teamMember(creator, "tom");
    subscribe(helper, "tom", NewsEvent.REPLY_ADDED);

    long first = domain.ask(supporter, creator, "Kindred").id();
    long second = domain.ask(supporter, creator, "Dawn").id();
    domain.answer(creator, first, APPROVED);
    domain.write(tx -> domain.features.requests.addReply(tx, supporter, first, "thank you"));
    domain.write(tx -> domain.features.requests.cancelRequest(tx, supporter, second));

    assertThat(written("mara"))
        .containsExactly("request_created", "request_created", "request_withdrawn");
    assertThat(written("amara")).containsExactly("request_answered");
    assertThat(written("tom")).containsExactly("reply_added");
  }

  @Test
  void tellsWebhooksOfEverythingThatConcernsTheirCreator() {
    var webhook =
        new NewTarget(creator, creator, TargetPurpose.WEBHOOK, NewsKind.NTFY, "hook", "{}", true);
    domain.write(
        tx -> {
          targets.replaceEvents(tx, targets.create(tx, webhook), EnumSet.allOf(NewsEvent.class));
          return true;
        });
    long request = domain.ask(supporter, creator, "Kindred").id();
    domain.answer(creator, request, APPROVED);
    domain.write(tx -> domain.features.requests.addReply(tx, creator, request, "soon"));

    assertThat(written("hook"))
        .containsExactly("request_created", "request_answered", "reply_added");
    assertThat(itemsOf("hook"))
        .allSatisfy(item -> assertThat(item.body()).contains("\"title\":\"Kindred\""));
  }

  @Test
  void renewedRequestsAreNewsOnlyIfMoreAreLeftThanBefore() {
    UserId monthly =
        domain.join(creator, domain.account("zadie"), domain.tier(creator, 2, Period.MONTH));
    UserId none =
        domain.join(creator, domain.account("kofi"), domain.tier(creator, 0, Period.MONTH));
    var rolling = new TierTerms("Rolling", 2, Period.ROLLING, 30, null, false);
    long tier =
        domain.write(tx -> domain.features.tiers.create(tx, creator, creator, rolling).id());
    UserId granted = domain.join(creator, domain.account("tom"), tier);
    for (UserId each : List.of(monthly, none, granted)) {
      subscribe(each, "news of " + each, NewsEvent.QUOTA_RESET);
    }
    domain.ask(monthly, creator, "Kindred");
    domain.write(
        tx -> domain.features.supporters.grantRequests(tx, creator, creator, granted, 3, "Hi"));

    domain.passes(Duration.ofDays(31));
    while (domain.write(domain.features.periodTurns::renewBatch)) {
      // the next step
    }

    assertThat(written("news of " + monthly)).containsExactly("quota_reset");
    assertThat(written("news of " + none)).as("the tier includes none").isEmpty();
    assertThat(written("news of " + granted)).as("the grant has ended").isEmpty();
    assertThat(domain.inboxTypes(granted)).last().isEqualTo("quota_update");
  }

  @Test
  void aRefusedCommandTellsNobody() {
    subscribe(creator, "mara", NewsEvent.values());
    UserId poor = domain.supporter(creator, "poor", 0);

    refused("quota_exhausted", () -> domain.ask(poor, creator, "Emma"));

    assertThat(written("mara")).isEmpty();
  }

  @Test
  void removingATargetNeitherDelaysNorFailsTheChangesOfOthers() throws Exception {
    assumeThat(domain.database().isShared()).as("one transaction at a time").isTrue();
    long removed = subscribe(creator, "mara", NewsEvent.REQUEST_CREATED);
    var asked = new CountDownLatch(1);
    var removing = new CountDownLatch(1);
    try (var removal = Executors.newVirtualThreadPerTaskExecutor()) {
      var done =
          removal.submit(
              () ->
                  domain.write(
                      tx -> {
                        targets.delete(tx, removed);
                        removing.countDown();
                        awaitLatch(asked);
                        return true;
                      }));
      awaitLatch(removing);
      var request = removal.submit(() -> domain.ask(supporter, creator, "Kindred"));
      assertThat(request.get(4, TimeUnit.SECONDS).title()).isEqualTo("Kindred");
      asked.countDown();
      done.get();
    }
    askTimes(1);
  }

  @Test
  void whatNothingSendsAnyMoreIsRemovedAfterTwoWeeks() {
    subscribe(creator, "mara", NewsEvent.REQUEST_CREATED);
    domain.write(
        tx -> {
          outbox.addOneOff(tx, creator, NewsKind.MAIL, "once@home.test", "invitation", "{}");
          return true;
        });
    askTimes(2);
    domain.write(new OutboxQueue()::collectNew);
    askTimes(1);
    domain.passes(Duration.ofDays(13));
    domain.write(new OutboxQueue()::removeOld);
    assertThat(itemsOf("mara")).hasSize(3);
    assertThat(rows("news_target")).isEqualTo(2);

    domain.passes(Duration.ofDays(1));
    domain.write(new OutboxQueue()::removeOld);
    assertThat(rows("outbox_item")).isZero();
    assertThat(rows("news_target")).isEqualTo(1);
  }

  private int rows(String table) {
    return domain.read(
        tx ->
            tx.query("SELECT count(*) AS amount FROM " + table)
                .single(row -> row.getInt("amount")));
  }

  /** Otherwise, the owner of one address could agree for somebody else's. */
  @Test
  void anotherAddressOfATargetHasAnotherToken() {
    long id = subscribe(creator, "mara", NewsEvent.REQUEST_CREATED);
    String former = target(id).token();
    domain.write(
        tx -> {
          targets.changeAddress(tx, id, "mara", "{\"key\": 1}", true);
          return true;
        });
    assertThat(target(id).token()).isEqualTo(former);
    domain.write(
        tx -> {
          targets.changeAddress(tx, id, "victim", "{}", false);
          return true;
        });
    assertThat(target(id).token()).isNotEqualTo(former);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
