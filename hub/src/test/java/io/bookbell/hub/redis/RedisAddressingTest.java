package io.bookbell.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Hearing;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nodes learn which users are connected where, and receive only what concerns their own. */
class RedisAddressingTest {
  private static final UserId ANN = new UserId(1);
  private static final UserId BEN = new UserId(2);
  private static TestRedis redis;

  private final String prefix = "addressing-" + System.nanoTime() + ":";
  private final List<RedisBackplane> nodes = new ArrayList<>();

  @BeforeAll
  static void startRedis() {
    redis = TestRedis.started();
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @AfterEach
  void closeNodes() {
    nodes.forEach(RedisBackplane::close);
  }

  @Test
  void aNodeHearsNothingForUsersElsewhere() {
    RedisBackplane from = node();
    RedisBackplane ofAnn = node(ANN);
    RedisBackplane ofBen = node(BEN);
    awaitKnown(from, ofAnn, ANN);
    awaitKnown(from, ofBen, BEN);
    Hearing ann = new Hearing(ofAnn);
    Hearing ben = new Hearing(ofBen);
    for (int number = 0; number < 50; number++) {
      from.publish(
          Hearing.CHANNEL, List.of(Hearing.plain("for Ann " + number, ANN, new UserId(77))));
    }
    from.publish(
        Hearing.CHANNEL,
        List.of(
            Delivery.numbered(Hearing.message("for both"), Map.of(ANN, 3L, BEN, 8L)),
            Hearing.plain("for nobody", new UserId(77))));
    await().untilAsserted(() -> assertThat(ben.texts()).containsExactly("8 for both"));
    await().untilAsserted(() -> assertThat(ann.texts()).hasSize(51).endsWith("3 for both"));
    assertThat(ofBen.statistics().received()).isEqualTo(1);
    assertThat(ofAnn.statistics().received()).isEqualTo(51);
    assertThat(ann.heard().getFirst().unnumbered()).containsExactly(ANN);
    await().untilAsserted(() -> assertThat(from.statistics().published()).isEqualTo(52));
    assertThat(from.statistics().publishedBytes())
        .isEqualTo(ofAnn.statistics().receivedBytes() + ofBen.statistics().receivedBytes());
  }

  /** A node delivers each version of a state once, and somebody may have just connected there. */
  @Test
  void aStateIsSentWithItsWholeAudience() {
    RedisBackplane from = node();
    RedisBackplane ofAnn = node(ANN);
    awaitKnown(from, ofAnn, ANN);
    Hearing ann = new Hearing(ofAnn);

    Message state = Message.state("notice", 1, Hearing.message("for both").json());
    from.publish(Hearing.CHANNEL, List.of(Delivery.unnumbered(state, Set.of(ANN, BEN))));

    await().untilAsserted(() -> assertThat(ann.heard()).hasSize(1));
    assertThat(ann.heard().getFirst().unnumbered()).containsExactlyInAnyOrder(ANN, BEN);
  }

  @Test
  void whoComesLateLearnsWhoIsWhereAndWhoGoesIsLeftOut() {
    RedisBackplane early = node(ANN, BEN);
    await().until(() -> early.state() == RedisState.CONNECTED);
    RedisBackplane late = node();
    awaitKnown(late, early, ANN, BEN);
    awaitKnown(early, late);
    early.presence(Hearing.CHANNEL, BEN, false);
    awaitKnown(late, early, ANN);
    late.presence(Hearing.CHANNEL, BEN, true);
    awaitKnown(early, late, BEN);
  }

  @Test
  void aNodeThatSaysGoodbyeIsForgottenAtOnce() {
    RedisBackplane staying = node(ANN);
    RedisBackplane going = node(ANN);
    awaitKnown(staying, going, ANN);
    going.close();
    await().atMost(Duration.ofSeconds(5)).until(() -> staying.statistics().peers() == 0);
    long before = staying.statistics().published();
    staying.publish(Hearing.CHANNEL, List.of(Hearing.plain("to nobody", ANN)));
    assertThat(staying.statistics().published()).isEqualTo(before);
  }

  @Test
  void aNodeThatVanishesIsToldEverythingUntilItIsForgotten() {
    RedisOptions options = redis.forgetful().withPrefix(prefix);
    RedisBackplane node = started(options);
    await().until(() -> node.state() == RedisState.CONNECTED);
    redis.publish(
        options.broadcastChannel(),
        NodeMessageCodec.encode("", new NodeMessage.NodeHeartbeat("ghost", 1, 1)));
    await().until(() -> node.statistics().peers() == 1);
    assertThat(node.statistics().peersKnown()).isZero();
    node.publish(Hearing.CHANNEL, List.of(Hearing.plain("perhaps", ANN)));
    await().until(() -> node.statistics().published() == 1);
    await().atMost(Duration.ofSeconds(30)).until(() -> node.statistics().peers() == 0);
  }

  @Test
  void whatIsNoFrameIsCountedAndDropped() {
    RedisBackplane node = node(ANN);
    RedisBackplane other = node();
    awaitKnown(other, node, ANN);
    RedisOptions options = redis.calm().withPrefix(prefix);
    redis.publish(options.broadcastChannel(), new byte[0]);
    redis.publish(options.broadcastChannel(), new byte[] {NodeMessageCodec.VERSION, 0, 99, 1, 'x'});
    redis.publish(
        options.channelOf(node.node()), new byte[] {NodeMessageCodec.VERSION, 0, 7, 1, 'x', 100});
    redis.publish(options.broadcastChannel(), new byte[] {9, 1, 1, 'x', 1, 1});
    Hearing hearing = new Hearing(node);
    other.publish(Hearing.CHANNEL, List.of(Hearing.plain("still there", ANN)));
    await().untilAsserted(() -> assertThat(hearing.texts()).containsExactly(" still there"));
    assertThat(node.statistics().malformed()).isEqualTo(3);
    assertThat(node.statistics().peers()).isEqualTo(1);
  }

  @Test
  void nodesWithOtherHistoriesAreNotHeard() {
    RedisOptions options = redis.calm().withPrefix(prefix);
    RedisBackplane first = started(options.withDatabaseEpoch("one/1"));
    RedisBackplane second = started(redis.calm().withPrefix(prefix).withDatabaseEpoch("two/1"));
    first.presence(Hearing.CHANNEL, ANN, true);
    Hearing hearing = new Hearing(first);
    await().until(() -> first.statistics().foreign() > 0 && second.statistics().foreign() > 0);
    assertThat(first.statistics().peers()).isZero();
    assertThat(second.statistics().peers()).isZero();
    redis.publish(
        options.channelOf(first.node()),
        NodeMessageCodec.encode(
            "two/1",
            new NodeMessage.CommittedDeliveries(
                second.node(), Hearing.CHANNEL, List.of(Hearing.plain("not for you", ANN)))));

    second.startEpoch("one/1");
    awaitKnown(second, first, ANN);
    second.publish(Hearing.CHANNEL, List.of(Hearing.plain("for you", ANN)));
    await().untilAsserted(() -> assertThat(hearing.texts()).containsExactly(" for you"));
  }

  private RedisBackplane node(UserId... users) {
    RedisBackplane node = started(redis.calm().withPrefix(prefix));
    for (UserId user : users) {
      node.presence(Hearing.CHANNEL, user, true);
    }
    return node;
  }

  private RedisBackplane started(RedisOptions options) {
    RedisBackplane node = new RedisBackplane(options);
    node.subscribe(Hearing.CHANNEL, _ -> {});
    nodes.add(node);
    return node;
  }

  private static void awaitKnown(RedisBackplane by, RedisBackplane whom, UserId... users) {
    await().untilAsserted(() -> assertThat(by.usersOf(whom.node())).contains(Set.of(users)));
  }
}
