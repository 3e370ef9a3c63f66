package io.bookbell.server.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.server.outbox.OutboxItem.ItemState;
import io.bookbell.server.outbox.SendResult.ItemRefused;
import io.bookbell.server.outbox.SendResult.ServiceDown;
import io.bookbell.server.outbox.SendResult.TargetGone;
import io.bookbell.server.outbox.SendResult.TryAgain;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What fails is tried again, in its order, and holds up nobody else. */
class OutboxFailureTest extends OutboxTest {
  @Test
  void aFailedItemHoldsUpItsOwnTargetAndNoOther() {
    long bad = subscribe(creator, "bad", NewsEvent.REQUEST_CREATED);
    subscribe(creator, "good", NewsEvent.REQUEST_CREATED);
    outside.behave("bad", _ -> new TryAgain("503"));
    askTimes(3);

    sendUntil(() -> assertThat(outside.at("good")).hasSize(3));
    await().untilAsserted(() -> assertThat(target(bad).failures()).isEqualTo(1));
    assertThat(target(bad).lastError()).isEqualTo("503");
    sender.startDue();
    assertThat(target(bad).failures()).isEqualTo(1);

    outside.recover("bad");
    domain.passes(Duration.ofSeconds(6));
    sendUntil(() -> assertThat(outside.at("bad")).hasSize(3).isSorted());
    await().untilAsserted(() -> assertThat(target(bad).failures()).isZero());
    assertThat(states("bad")).containsOnly(ItemState.SENT);
  }

  @Test
  void isTriedForADayWithGrowingPausesAndThenShownAsFailed() {
    long bad = subscribe(creator, "bad", NewsEvent.REQUEST_CREATED);
    outside.behave("bad", _ -> new TryAgain("503"));
    askTimes(1);
    domain.passes(Duration.ofMinutes(1));
    int attempts = 0;
    for (int hour = 0; hour < 22; hour += 2) {
      int before = attempts;
      sendUntil(() -> assertThat(target(bad).failures()).isGreaterThan(before));
      attempts = target(bad).failures();
      assertThat(states("bad")).containsExactly(ItemState.QUEUED);
      domain.passes(Duration.ofHours(2).plusMinutes(13));
    }
    askTimes(1);
    int before = attempts;
    sendUntil(() -> assertThat(target(bad).failures()).isGreaterThan(before));

    assertThat(states("bad")).containsExactly(ItemState.FAILED, ItemState.QUEUED);
    assertThat(itemsOf("bad").getFirst().error()).isEqualTo("503");
  }

  @Test
  void anItemThatIsRefusedForGoodMakesRoomForTheNext() {
    subscribe(creator, "picky", NewsEvent.REQUEST_CREATED);
    askTimes(3);
    long refused = itemsOf("picky").get(1).id();
    outside.behave(
        "picky",
        item -> item.id() == refused ? new ItemRefused("too long") : new SendResult.Accepted());

    sendUntil(
        () ->
            assertThat(states("picky"))
                .containsExactly(ItemState.SENT, ItemState.FAILED, ItemState.SENT));
    assertThat(outside.at("picky")).hasSize(2);
  }

  /** Or the next failure would be taken for the end of a day of them. */
  @Test
  void aTargetThatRefusesAnItemForGoodIsReachedAgain() {
    long picky = subscribe(creator, "picky", NewsEvent.REQUEST_CREATED);
    var results =
        new ConcurrentLinkedQueue<SendResult>(
            List.of(new TryAgain("503"), new ItemRefused("too long"), new TryAgain("503")));
    outside.behave("picky", _ -> results.remove());
    askTimes(1);
    sendUntil(() -> assertThat(target(picky).failures()).isEqualTo(1));
    domain.passes(Duration.ofSeconds(6));
    sendUntil(() -> assertThat(states("picky")).containsExactly(ItemState.FAILED));
    await().untilAsserted(() -> assertThat(leased()).isZero());
    assertThat(target(picky).failingSince()).isNull();

    domain.passes(Duration.ofDays(7));
    askTimes(1);
    sendUntil(() -> assertThat(results).isEmpty());
    await().untilAsserted(() -> assertThat(leased()).isZero());
    assertThat(target(picky).failures()).isEqualTo(1);
    assertThat(target(picky).failingSince()).isEqualTo(domain.now());
  }

  @Test
  void aTargetWhoseItemsAreNoLongerWantedBeginsAnew() {
    long bad = subscribe(creator, "bad", NewsEvent.REQUEST_CREATED);
    outside.behave("bad", _ -> new TryAgain("503"));
    askTimes(1);
    sendUntil(() -> assertThat(target(bad).failures()).isEqualTo(1));
    domain.write(
        tx -> {
          outbox.skipAll(tx, List.of(itemsOf("bad").getFirst().id()));
          return true;
        });
    domain.passes(Duration.ofSeconds(6));

    sendUntil(() -> assertThat(target(bad).failures()).isZero());
    assertThat(target(bad).failingSince()).isNull();
  }

  @Test
  void aTargetThatIsGoneGetsNothingMore() {
    long gone = subscribe(creator, "gone", NewsEvent.REQUEST_CREATED);
    outside.behave("gone", _ -> new TargetGone("410"));
    askTimes(2);

    sendUntil(() -> assertThat(target(gone).verified()).isFalse());
    askTimes(1);

    assertThat(states("gone")).containsExactly(ItemState.FAILED, ItemState.FAILED);
  }

  @Test
  void aTargetThatWasGoneGetsTheSameEventsAsBeforeWhenItIsCorrected() {
    long gone = subscribe(creator, "gone", NewsEvent.REQUEST_CREATED);
    outside.behave("gone", _ -> new TargetGone("410"));
    askTimes(1);
    sendUntil(() -> assertThat(target(gone).verified()).isFalse());
    correct(gone, "corrected");
    askTimes(1);

    sendUntil(() -> assertThat(outside.at("corrected")).hasSize(1));
  }

  private void correct(long target, String address) {
    domain.write(
        tx -> {
          targets.changeAddress(tx, target, address, "{}", true);
          return true;
        });
  }

  /** Its pause can have grown to two hours, and belongs to the former address. */
  @Test
  void aTargetThatIsCorrectedIsTriedAtOnce() {
    long bad = subscribe(creator, "bad", NewsEvent.REQUEST_CREATED);
    outside.behave("bad", _ -> new TryAgain("503"));
    askTimes(1);
    sendUntil(() -> assertThat(target(bad).failures()).isEqualTo(1));
    correct(bad, "corrected");

    sendUntil(() -> assertThat(outside.at("corrected")).hasSize(1));
  }

  @Test
  void whatTheFormerAddressAnswersDoesNotConcernTheCorrectedOne() {
    long bad = subscribe(creator, "bad", NewsEvent.REQUEST_CREATED);
    var hang = outside.hang(new TargetGone("410"), "bad");
    askTimes(2);
    sendUntil(() -> assertThat(hang.isComplete()).isTrue());
    correct(bad, "corrected");
    hang.end();

    sendUntil(() -> assertThat(outside.at("corrected")).hasSize(2));
    assertThat(target(bad).verified()).isTrue();
  }

  @Test
  void aBrokenServiceIsAskedByOneTargetAtATime() {
    for (int each = 0; each < 20; each++) {
      subscribe(creator, "mail" + each, NewsEvent.REQUEST_CREATED);
    }
    var down = new AtomicBoolean(true);
    var attempts = new HashMap<String, Integer>();
    for (int each = 0; each < 20; each++) {
      String address = "mail" + each;
      outside.behave(
          address,
          _ -> {
            synchronized (attempts) {
              attempts.merge(address, 1, Integer::sum);
            }
            return down.get() ? new ServiceDown("no answer") : new SendResult.Accepted();
          });
    }
    askTimes(1);
    var services = new NewsServiceStore();
    sendUntil(() -> assertThat(domain.read(services::findBroken)).hasSize(1));
    await().untilAsserted(() -> assertThat(leased()).isZero());
    int before = total(attempts);
    domain.passes(Duration.ofSeconds(6));
    sendUntil(() -> assertThat(total(attempts)).isEqualTo(before + 1));
    await().untilAsserted(() -> assertThat(leased()).isZero());

    down.set(false);
    domain.passes(Duration.ofMinutes(6));
    sendUntil(() -> assertThat(outside.accepted).hasSize(20));
    assertThat(domain.read(services::findBroken)).isEmpty();
  }

  /** Its only target had failed before, for a reason of its own. */
  @Test
  void aBrokenServiceIsAskedAgainEvenIfAllItsTargetsHaveFailed() {
    subscribe(creator, "mail", NewsEvent.REQUEST_CREATED);
    var results =
        new ConcurrentLinkedQueue<SendResult>(
            List.of(new TryAgain("greylisted"), new ServiceDown("no answer")));
    outside.behave("mail", _ -> results.isEmpty() ? new SendResult.Accepted() : results.remove());
    askTimes(1);

    sendUntil(() -> assertThat(results).hasSize(1));
    await().untilAsserted(() -> assertThat(leased()).isZero());
    domain.passes(Duration.ofMinutes(1));
    sendUntil(() -> assertThat(results).isEmpty());
    await().untilAsserted(() -> assertThat(leased()).isZero());
    domain.passes(Duration.ofMinutes(1));
    sendUntil(() -> assertThat(outside.at("mail")).hasSize(1));
  }

  private static int total(Map<String, Integer> attempts) {
    synchronized (attempts) {
      return attempts.values().stream().mapToInt(Integer::intValue).sum();
    }
  }
}
