package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every {@link Backplane} promises; inherited by the test of each. */
public abstract class BackplaneContract {
  protected static final UserId ANN = new UserId(1);
  protected static final UserId BEN = new UserId(2);

  private final List<Backplane> nodes = new ArrayList<>();

  /** One more node among those that hear each other. */
  protected abstract Backplane join();

  /** Waits until the nodes know each other, and who is connected to each. */
  protected abstract void awaitAcquainted(List<Backplane> nodes);

  @AfterEach
  void closeNodes() {
    nodes.forEach(Backplane::close);
  }

  @Test
  void othersHearAndTheOneWhoPublishesDoesNot() {
    List<Hearing> hearing = nodesWithAnn(3);
    List<Delivery> change =
        List.of(
            Delivery.numbered(message("numbered"), Map.of(ANN, 41L)),
            Delivery.unnumbered(Message.state("notice", -7, json("state")), Set.of(ANN)),
            Delivery.unnumbered(message("plain"), Set.of(ANN)));
    nodes.get(0).publish(change);
    nodes.get(1).publish(List.of(plain("second", ANN)));
    await().untilAsserted(() -> assertThat(hearing.get(2).texts()).hasSize(4));
    assertThat(hearing.get(2).texts())
        .contains("41 numbered", "Optional[StateKey[key=notice, version=-7]] state", " plain");
    await().untilAsserted(() -> assertThat(hearing.get(0).texts()).containsExactly(" second"));
    await().untilAsserted(() -> assertThat(hearing.get(1).texts()).hasSize(3));
    assertThat(hearing.get(1).texts()).doesNotContain(" second");
  }

  @Test
  void whatOnePublishesComesInOrder() {
    Hearing hearing = nodesWithAnn(2).get(1);
    IntStream.range(0, 500)
        .forEach(number -> nodes.get(0).publish(List.of(plain("number " + number, ANN))));
    await().untilAsserted(() -> assertThat(hearing.texts()).hasSize(500));
    assertThat(hearing.texts())
        .containsExactlyElementsOf(
            IntStream.range(0, 500).mapToObj(number -> " number " + number).toList());
  }

  @Test
  void everyReceiverHearsAndOneThatThrowsHarmsNoOther() {
    Hearing first = nodesWithAnn(2).get(1);
    nodes
        .get(1)
        .subscribe(
            _ -> {
              throw new IllegalStateException("thrown by a test");
            });
    Hearing last = new Hearing(nodes.get(1));
    nodes.get(0).publish(List.of(plain("one", ANN)));
    nodes.get(0).publish(List.of(plain("two", ANN)));
    await().untilAsserted(() -> assertThat(last.texts()).containsExactly(" one", " two"));
    assertThat(first.texts()).containsExactly(" one", " two");
  }

  @Test
  void aLargeAudienceArrivesWhole() {
    List<Hearing> hearing = nodesWithAnn(2);
    Set<UserId> crowd =
        LongStream.rangeClosed(1, 20_000).mapToObj(UserId::new).collect(Collectors.toSet());
    crowd.forEach(user -> nodes.get(1).presence(user, true));
    awaitAcquainted(nodes);
    Map<UserId, Long> sequence =
        crowd.stream().collect(Collectors.toMap(user -> user, user -> user.value() * 3));
    nodes.get(0).publish(List.of(new Delivery(message("all"), sequence, crowd)));
    await().untilAsserted(() -> assertThat(hearing.get(1).heard).hasSize(1));
    Delivery heard = hearing.get(1).heard.getFirst();
    assertThat(heard.sequence()).isEqualTo(sequence);
    assertThat(heard.unnumbered()).isEqualTo(crowd);
  }

  @Test
  void aClosedOneNeitherHearsNorTells() {
    List<Hearing> hearing = nodesWithAnn(3);
    nodes.get(1).close();
    nodes.get(1).close();
    assertThatCode(() -> nodes.get(1).publish(List.of(plain("ghost", ANN))))
        .doesNotThrowAnyException();
    nodes.get(1).presence(BEN, true);
    nodes.get(0).publish(List.of(plain("after", ANN)));
    await().untilAsserted(() -> assertThat(hearing.get(2).texts()).containsExactly(" after"));
    assertThat(hearing.get(1).texts()).isEmpty();
    assertThat(hearing.get(0).texts()).isEmpty();
  }

  /** So many nodes, each with a connection of Ann, that know each other. */
  protected List<Hearing> nodesWithAnn(int count) {
    List<Hearing> hearing = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      Backplane node = joined();
      hearing.add(new Hearing(node));
      node.presence(ANN, true);
    }
    awaitAcquainted(nodes);
    return hearing;
  }

  /** A node that is closed after the test. */
  protected Backplane joined() {
    Backplane node = join();
    nodes.add(node);
    return node;
  }

  protected List<Backplane> nodes() {
    return nodes;
  }

  protected static Delivery plain(String text, UserId... users) {
    return Delivery.unnumbered(message(text), Set.of(users));
  }

  protected static Message message(String text) {
    return Message.of(json(text));
  }

  private static byte[] json(String text) {
    return ("{\"text\":\"" + text + "\"}").getBytes(UTF_8);
  }

  /** What one receiver heard. Any thread. */
  protected static final class Hearing {
    final List<Delivery> heard = new CopyOnWriteArrayList<>();

    public Hearing(Backplane node) {
      node.subscribe(heard::addAll);
    }

    /** Number or state of each message for Ann, and its text. */
    public List<String> texts() {
      return heard.stream().map(Hearing::text).toList();
    }

    private static String text(Delivery delivery) {
      String json = new String(delivery.message().json(), UTF_8);
      String state =
          delivery.message().state().map(_ -> delivery.message().state() + "").orElse("");
      String number = delivery.sequence().containsKey(ANN) ? "" + delivery.sequence().get(ANN) : "";
      return number + state + " " + json.substring("{\"text\":\"".length(), json.length() - 2);
    }
  }
}
