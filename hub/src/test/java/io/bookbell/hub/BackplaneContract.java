package io.bookbell.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract of every {@link Backplane}, extended by the test of each implementation. */
public abstract class BackplaneContract {
  private static final UserId ANN = new UserId(1);
  private static final UserId BEN = new UserId(2);

  private final List<Backplane> nodes = new ArrayList<>();

  /** Adds another node to those that hear each other. */
  protected abstract Backplane join();

  /** Waits until the nodes know each other, and which users are connected to each. */
  protected abstract void awaitAcquainted(Map<Backplane, Set<UserId>> present);

  @AfterEach
  void closeNodes() {
    nodes.forEach(Backplane::close);
  }

  @Test
  void othersHearAndTheOneWhoPublishesDoesNot() {
    List<Hearing> hearing = nodesWithAnn(3);
    List<Delivery> change =
        List.of(
            Delivery.numbered(Hearing.message("numbered"), Map.of(ANN, 41L)),
            Delivery.unnumbered(Message.state("notice", -7, Hearing.json("state")), Set.of(ANN)),
            Delivery.unnumbered(Hearing.message("plain"), Set.of(ANN)));
    nodes.get(0).publish(Hearing.CHANNEL, change);
    nodes.get(1).publish(Hearing.CHANNEL, List.of(Hearing.plain("second", ANN)));
    await().untilAsserted(() -> assertThat(hearing.get(2).texts()).hasSize(4));
    assertThat(hearing.get(2).texts())
        .contains("41 numbered", "StateKey[key=notice, version=-7] state", " plain");
    await().untilAsserted(() -> assertThat(hearing.get(0).texts()).containsExactly(" second"));
    await().untilAsserted(() -> assertThat(hearing.get(1).texts()).hasSize(3));
    assertThat(hearing.get(1).texts()).doesNotContain(" second");
  }

  @Test
  void whatOnePublishesComesInOrder() {
    Hearing hearing = nodesWithAnn(2).get(1);
    AtomicInteger number = new AtomicInteger(1_000);
    await()
        .until(
            () -> {
              for (int i = 0; i < 200; i++) {
                nodes
                    .get(0)
                    .publish(
                        Hearing.CHANNEL,
                        List.of(Hearing.plain("" + number.incrementAndGet(), ANN)));
              }
              return hearing.texts().size() > 500;
            });
    assertThat(hearing.texts()).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void everyReceiverHearsAndOneThatThrowsHarmsNoOther() {
    Hearing first = nodesWithAnn(2).get(1);
    nodes
        .get(1)
        .subscribe(
            Hearing.CHANNEL,
            _ -> {
              throw new IllegalStateException("thrown by a test");
            });
    Hearing last = new Hearing(nodes.get(1));
    nodes.get(0).publish(Hearing.CHANNEL, List.of(Hearing.plain("one", ANN)));
    nodes.get(0).publish(Hearing.CHANNEL, List.of(Hearing.plain("two", ANN)));
    await().untilAsserted(() -> assertThat(last.texts()).containsExactly(" one", " two"));
    assertThat(first.texts()).containsExactly(" one", " two");
  }

  @Test
  void oneThatEndsItsSubscriptionHearsNothingMoreAndTheOthersDo() {
    Hearing other = nodesWithAnn(2).get(1);
    var heard = new CopyOnWriteArrayList<Delivery>();
    Consumer<List<Delivery>> receiver = heard::addAll;
    Backplane.Subscription first = nodes.get(1).subscribe(Hearing.CHANNEL, receiver);
    Backplane.Subscription second = nodes.get(1).subscribe(Hearing.CHANNEL, receiver);
    second.close();
    second.close();
    nodes.get(0).publish(Hearing.CHANNEL, List.of(Hearing.plain("once", ANN)));
    await().untilAsserted(() -> assertThat(heard).hasSize(1));
    first.close();
    var last = new Hearing(nodes.get(1));
    nodes.get(0).publish(Hearing.CHANNEL, List.of(Hearing.plain("after", ANN)));

    await().untilAsserted(() -> assertThat(last.texts()).containsExactly(" after"));
    assertThat(heard).hasSize(1);
    assertThat(other.texts()).containsExactly(" once", " after");
  }

  @Test
  void channelsDoNotHearEachOtherAndAUserStaysReachableWhileConnectedToOne() {
    List<Hearing> hearing = nodesWithAnn(2);
    var chat = new CopyOnWriteArrayList<Delivery>();
    nodes.get(1).subscribe("chat", chat::addAll);
    nodes.get(1).presence("chat", ANN, true);
    nodes.get(1).presence("chat", BEN, true);
    nodes.get(1).presence(Hearing.CHANNEL, ANN, false);
    awaitAcquainted(Map.of(nodes.get(0), Set.of(ANN), nodes.get(1), Set.of(ANN, BEN)));

    nodes.get(0).publish("chat", List.of(Hearing.plain("to the chat", ANN)));
    nodes.get(0).publish("nobody", List.of(Hearing.plain("to nobody", ANN)));
    nodes.get(0).publish(Hearing.CHANNEL, List.of(Hearing.plain("to the test", ANN)));

    await().untilAsserted(() -> assertThat(hearing.get(1).texts()).containsExactly(" to the test"));
    assertThat(chat).hasSize(1);
    assertThat(chat.getFirst().message()).hasToString(Hearing.message("to the chat").toString());
  }

  @Test
  void aLargeAudienceArrivesWhole() {
    List<Hearing> hearing = nodesWithAnn(2);
    Set<UserId> crowd =
        LongStream.rangeClosed(1, 20_000).mapToObj(UserId::new).collect(Collectors.toSet());
    crowd.forEach(user -> nodes.get(1).presence(Hearing.CHANNEL, user, true));
    awaitAcquainted(Map.of(nodes.get(0), Set.of(ANN), nodes.get(1), crowd));
    Map<UserId, Long> sequence =
        crowd.stream().collect(Collectors.toMap(user -> user, user -> user.value() * 3));
    nodes
        .get(0)
        .publish(Hearing.CHANNEL, List.of(new Delivery(Hearing.message("all"), sequence, crowd)));
    await().untilAsserted(() -> assertThat(hearing.get(1).heard()).hasSize(1));
    Delivery heard = hearing.get(1).heard().getFirst();
    assertThat(heard.sequence()).isEqualTo(sequence);
    assertThat(heard.unnumbered()).isEqualTo(crowd);
  }

  @Test
  void aClosedOneNeitherHearsNorTells() {
    List<Hearing> hearing = nodesWithAnn(3);
    nodes.get(1).close();
    nodes.get(1).close();
    assertThatCode(
            () -> nodes.get(1).publish(Hearing.CHANNEL, List.of(Hearing.plain("ghost", ANN))))
        .doesNotThrowAnyException();
    nodes.get(1).presence(Hearing.CHANNEL, BEN, true);
    nodes.get(0).publish(Hearing.CHANNEL, List.of(Hearing.plain("after", ANN)));
    await().untilAsserted(() -> assertThat(hearing.get(2).texts()).containsExactly(" after"));
    assertThat(hearing.get(1).texts()).isEmpty();
    assertThat(hearing.get(0).texts()).isEmpty();
  }

  /** Creates this many nodes that know each other, each with a connection of Ann. */
  private List<Hearing> nodesWithAnn(int count) {
    List<Hearing> hearing = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      Backplane node = join();
      nodes.add(node);
      hearing.add(new Hearing(node));
      node.presence(Hearing.CHANNEL, ANN, true);
    }
    awaitAcquainted(nodes.stream().collect(Collectors.toMap(node -> node, _ -> Set.of(ANN))));
    return hearing;
  }
}
