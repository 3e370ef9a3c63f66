package io.bookbell.server.outbox;

import static io.bookbell.server.request.Status.APPROVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.UserId;
import io.bookbell.server.Domain;
import io.bookbell.server.DomainTest;
import io.bookbell.server.outbox.NewsTarget.TargetPurpose;
import io.bookbell.server.outbox.NewsTargetStore.NewTarget;
import io.bookbell.server.outbox.OutboxItem.ItemState;
import io.bookbell.server.outbox.SendResult.ItemRefused;
import io.bookbell.server.outbox.SendResult.ServiceDown;
import io.bookbell.server.outbox.SendResult.TargetGone;
import io.bookbell.server.outbox.SendResult.TryAgain;
import io.bookbell.server.outbox.TargetSender.AttemptTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written to the outbox, and how it is sent. */
class OutboxTest extends DomainTest {
  private final RecordingTransport outside = new RecordingTransport();
  private final OutboxStatistics statistics = new OutboxStatistics();
  private final NewsTargetStore targets = new NewsTargetStore();
  private final OutboxStore outbox = new OutboxStore();
  private OutboxSender sender;
  private UserId creator;
  private UserId supporter;

  @BeforeEach
  void people() {
    creator = domain.creator("mara");
    supporter = domain.supporter(creator, "amara", 50);
    sender = newSender(domain);
  }

  @AfterEach
  void closeSender() {
    sender.close();
  }

  private OutboxSender newSender(Domain node) {
    return new OutboxSender(node.database(), List.of(outside), statistics);
  }

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
  void aRefusedCommandTellsNobody() {
    subscribe(creator, "mara", NewsEvent.values());
    UserId poor = domain.supporter(creator, "poor", 0);

    refused("quota_exhausted", () -> domain.ask(poor, creator, "Emma"));

    assertThat(written("mara")).isEmpty();
  }

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

    sendUntil(() -> assertThat(outside.at("picky")).hasSize(2));
    assertThat(states("picky")).containsExactly(ItemState.SENT, ItemState.FAILED, ItemState.SENT);
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
          outbox.addOnce(tx, creator, NewsKind.MAIL, "once@home.test", "invitation", "{}");
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

  @Test
  void anotherNodeContinuesWhenOneIsKilledOrHangs() {
    subscribe(creator, "slow", NewsEvent.REQUEST_CREATED);
    var hanging = new CountDownLatch(1);
    var asked = new CountDownLatch(1);
    outside.behave(
        "slow",
        _ -> {
          asked.countDown();
          awaitLatch(hanging);
          return new TryAgain("late");
        });
    askTimes(3);
    sender.startDue();
    awaitLatch(asked);

    outside.recover("slow");
    try (var other = newSender(domain.node())) {
      other.startDue();
      assertThat(outside.at("slow")).isEmpty();
      domain.passes(OutboxQueue.LEASE.plusSeconds(1));
      await()
          .untilAsserted(
              () -> {
                other.startDue();
                assertThat(outside.at("slow")).hasSize(3).isSorted();
              });
    }
    hanging.countDown();
    await().untilAsserted(() -> assertThat(states("slow")).containsOnly(ItemState.SENT));
  }

  /** Such as a mail server that takes minutes to accept a mail. */
  @Test
  void anAttemptMayTakeLongerThanALease() {
    subscribe(creator, "slow", NewsEvent.REQUEST_CREATED);
    var accepting = new CountDownLatch(1);
    var asked = new CountDownLatch(1);
    outside.behave(
        "slow",
        _ -> {
          asked.countDown();
          awaitLatch(accepting);
          return new SendResult.Accepted();
        });
    askTimes(1);
    sender.close();
    sender =
        new OutboxSender(
            domain.database(),
            List.of(outside),
            statistics,
            new AttemptTimes(Duration.ofMillis(1), Duration.ofMillis(5)));
    sender.startDue();
    awaitLatch(asked);
    try (var other = newSender(domain.node())) {
      for (int time = 0; time < 4; time++) {
        domain.passes(OutboxQueue.LEASE.minusSeconds(10));
        Instant prolonged = domain.now().plus(OutboxQueue.LEASE);
        await().untilAsserted(() -> assertThat(leasedUntil()).isEqualTo(prolonged));
        other.startDue();
      }
      accepting.countDown();
      await().untilAsserted(() -> assertThat(states("slow")).containsOnly(ItemState.SENT));
    }
    assertThat(outside.at("slow")).hasSize(1);
  }

  /** More than there are slots. */
  @Test
  void targetsThatHangDelayNoOthers() {
    var hanging = new CountDownLatch(1);
    int many = SendSlots.MOST * 2;
    var asked = new CountDownLatch(many);
    for (int number = 0; number < many; number++) {
      subscribe(creator, "hanging" + number, NewsEvent.REQUEST_CREATED);
      outside.behave(
          "hanging" + number,
          _ -> {
            asked.countDown();
            awaitLatch(hanging);
            return new TryAgain("late");
          });
    }
    askTimes(1);
    sender.close();
    sender =
        new OutboxSender(
            domain.database(),
            List.of(outside),
            statistics,
            new AttemptTimes(Duration.ofMillis(20), OutboxQueue.RENEW_EVERY));
    sendUntil(() -> assertThat(asked.getCount()).isZero());
    subscribe(creator, "good", NewsEvent.REQUEST_CREATED);
    askTimes(1);
    sendUntil(() -> assertThat(outside.at("good")).hasSize(1));
    hanging.countDown();
  }

  private Instant leasedUntil() {
    return domain.read(
        tx ->
            tx.query("SELECT leased_until FROM news_target")
                .single(row -> row.getTime("leased_until")));
  }

  /** Random failures on two nodes: each target gets each id, in order. */
  @Test
  void everyTargetGetsEveryIdInOrderFromTwoNodes() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var addresses = List.of("a", "b", "c", "d");
    for (String address : addresses) {
      subscribe(creator, address, NewsEvent.REQUEST_CREATED);
      outside.behave(
          address,
          _ -> {
            synchronized (random) {
              return random.nextInt(4) == 0 ? new TryAgain("no") : new SendResult.Accepted();
            }
          });
    }
    askTimes(25);
    try (var other = newSender(domain.node())) {
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(10))
          .untilAsserted(
              () -> {
                if (leased() == 0) {
                  domain.passes(Duration.ofSeconds(50));
                }
                sender.startDue();
                other.startDue();
                for (String address : addresses) {
                  assertThat(states(address)).as("seed %d", seed).containsOnly(ItemState.SENT);
                }
              });
    }
    for (String address : addresses) {
      List<Long> ids = itemsOf(address).stream().map(OutboxItem::id).toList();
      assertThat(outside.at(address)).as("seed %d", seed).isEqualTo(ids);
    }
  }

  private static int total(Map<String, Integer> attempts) {
    synchronized (attempts) {
      return attempts.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long subscribe(UserId user, String address, NewsEvent... events) {
    return domain.write(
        tx -> {
          NewsTarget target =
              targets.create(tx, NewTarget.channel(user, NewsKind.NTFY, address, "{}", true));
          targets.replaceEvents(tx, target, Set.of(events));
          return target.id();
        });
  }

  private void askTimes(int times) {
    for (int time = 0; time < times; time++) {
      domain.ask(supporter, creator, "Book");
    }
  }

  private void sendUntil(Runnable assertion) {
    await()
        .untilAsserted(
            () -> {
              sender.startDue();
              assertion.run();
            });
  }

  private NewsTarget target(long id) {
    return domain.read(tx -> targets.find(tx, id)).orElseThrow();
  }

  private int leased() {
    return domain.read(
        tx ->
            tx.query("SELECT count(*) AS amount FROM news_target WHERE lease IS NOT NULL")
                .single(row -> row.getInt("amount")));
  }

  private List<OutboxItem> itemsOf(String address) {
    return domain.read(
        tx ->
            outbox
                .listItems(
                    tx,
                    tx.query("SELECT id FROM news_target WHERE address = ?", address)
                        .single(row -> row.getLong("id")),
                    1000)
                .reversed());
  }

  private List<String> written(String address) {
    return itemsOf(address).stream().map(OutboxItem::event).toList();
  }

  private List<ItemState> states(String address) {
    return itemsOf(address).stream().map(OutboxItem::state).toList();
  }
}
