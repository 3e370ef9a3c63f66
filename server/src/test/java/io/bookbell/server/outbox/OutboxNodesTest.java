package io.bookbell.server.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.server.outbox.OutboxItem.ItemState;
import io.bookbell.server.outbox.RecordingTransport.Hang;
import io.bookbell.server.outbox.SendResult.TryAgain;
import io.bookbell.server.outbox.TargetSender.AttemptTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nodes that hang or are killed, and targets that do. */
class OutboxNodesTest extends OutboxTest {
  @Test
  void anotherNodeContinuesWhenOneIsKilledOrHangs() {
    subscribe(creator, "slow", NewsEvent.REQUEST_CREATED);
    Hang hang = outside.hang(new TryAgain("late"), "slow");
    askTimes(3);
    sender.startDue();
    await().until(hang::isComplete);

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
    hang.end();
    await().untilAsserted(() -> assertThat(states("slow")).containsOnly(ItemState.SENT));
  }

  /** Such as a mail server that takes minutes to accept a mail. */
  @Test
  void anAttemptMayTakeLongerThanALease() {
    subscribe(creator, "slow", NewsEvent.REQUEST_CREATED);
    Hang hang = outside.hang(new SendResult.Accepted(), "slow");
    askTimes(1);
    useSender(new AttemptTimes(Duration.ofMillis(1), Duration.ofMillis(5)));
    sender.startDue();
    await().until(hang::isComplete);
    try (var other = newSender(domain.node())) {
      for (int time = 0; time < 4; time++) {
        domain.passes(OutboxQueue.LEASE.minusSeconds(10));
        Instant prolonged = domain.now().plus(OutboxQueue.LEASE);
        await().untilAsserted(() -> assertThat(leasedUntil()).isEqualTo(prolonged));
        other.startDue();
      }
      hang.end();
      await().untilAsserted(() -> assertThat(states("slow")).containsOnly(ItemState.SENT));
    }
    assertThat(outside.at("slow")).hasSize(1);
  }

  /** More than there are slots. */
  @Test
  void targetsThatHangDelayNoOthers() {
    String[] many =
        IntStream.range(0, SendSlots.MAX_CONCURRENT * 2)
            .mapToObj(number -> "hanging" + number)
            .toArray(String[]::new);
    for (String address : many) {
      subscribe(creator, address, NewsEvent.REQUEST_CREATED);
    }
    Hang hang = outside.hang(new TryAgain("late"), many);
    askTimes(1);
    useSender(new AttemptTimes(Duration.ofMillis(20), OutboxQueue.RENEW_EVERY));
    sendUntil(() -> assertThat(hang.isComplete()).isTrue());
    subscribe(creator, "good", NewsEvent.REQUEST_CREATED);
    askTimes(1);
    sendUntil(() -> assertThat(outside.at("good")).hasSize(1));
    hang.end();
  }

  private void useSender(AttemptTimes attemptTimes) {
    sender.close();
    sender = new OutboxSender(domain.database(), List.of(outside), statistics, attemptTimes);
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
    long seed = Long.getLong("seed", System.nanoTime());
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
}
