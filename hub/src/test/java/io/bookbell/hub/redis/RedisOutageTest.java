package io.bookbell.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.bookbell.hub.Hearing;
import io.bookbell.hub.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Every kind of Redis outage is detected, logged once, and over once Redis has recovered. */
class RedisOutageTest {
  private static final UserId ANN = new UserId(1);
  private static final Duration QUICK = Duration.ofSeconds(3);

  private final TestRedis redis = new TestRedis();
  private final List<RedisBackplane> nodes = new ArrayList<>();
  private final List<RedisState> states = new CopyOnWriteArrayList<>();
  private final Warnings warnings = new Warnings();
  private final Logger log = (Logger) LoggerFactory.getLogger(RedisBackplane.class);

  @BeforeEach
  void listen() {
    warnings.start();
    log.setLevel(Level.INFO);
    log.addAppender(warnings);
  }

  @AfterEach
  void stop() {
    log.detachAppender(warnings);
    log.setLevel(null); // as configured
    nodes.forEach(RedisBackplane::close);
    redis.close();
  }

  @Test
  void redisMayBeAwayAtTheStart() {
    RedisBackplane one = node(redis.port());
    RedisBackplane two = node(redis.port());
    one.onStateChange(states::add);
    await().until(() -> one.state() == RedisState.DEGRADED && two.state() == RedisState.DEGRADED);
    one.publish(Hearing.CHANNEL, List.of(Hearing.plain("nobody hears", ANN)));
    redis.start();
    awaitConnected();
    awaitFlow(one, two);
    assertThat(states).endsWith(RedisState.CONNECTED);
    assertThat(warnings.told).hasSize(2);
  }

  @Test
  void theLogNamesTheChannelsAndSaysEachStepOnce() {
    redis.start();
    RedisOptions options = TestRedis.quick(redis.port());
    RedisBackplane node = new RedisBackplane(options);
    nodes.add(node);
    node.subscribe("chat", _ -> {});
    node.subscribe("books", _ -> {});
    awaitConnected();
    redis.stop();
    await().until(() -> node.state() == RedisState.DEGRADED);
    redis.start();
    awaitConnected();

    String managers = "WebSocketManager [books, chat] ";
    assertThat(warnings.lines)
        .hasSize(5)
        .startsWith(
            managers + "connected to Redis",
            managers + "subscribed to Redis channel " + options.broadcastChannel(),
            managers + "listener started")
        .endsWith(managers + "connected to Redis again");
    assertThat(warnings.told)
        .singleElement()
        .asString()
        .startsWith(managers + "operates without Redis, delivering from the database (");
  }

  @Test
  void whatIsPublishedWhileItIsAwayIsRefusedAndNeverComesLater() {
    redis.start();
    RedisBackplane one = node(redis.port());
    RedisBackplane two = node(redis.port());
    awaitAcquainted(one, two);
    Hearing hearing = new Hearing(two);
    redis.stop();
    await().until(() -> one.state() == RedisState.DEGRADED && two.state() == RedisState.DEGRADED);
    long refused = one.statistics().refused();
    one.publish(Hearing.CHANNEL, List.of(Hearing.plain("while it was away", ANN)));
    assertThat(one.statistics().refused()).isEqualTo(refused + 1);
    redis.start();
    awaitConnected();
    awaitFlow(one, two);
    assertThat(hearing.texts()).doesNotContain(" while it was away");
    assertThat(one.statistics().peers()).isEqualTo(1);
    assertThat(one.statistics().stateChanges()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void subscribersWhoAreCutOffComeBack() {
    redis.start();
    RedisBackplane one = node(redis.port());
    RedisBackplane two = node(redis.port());
    awaitAcquainted(one, two);
    one.onStateChange(states::add);
    redis.killSubscribers();
    await()
        .untilAsserted(
            () ->
                assertThat(states).containsSubsequence(RedisState.DEGRADED, RedisState.CONNECTED));
    awaitConnected();
    awaitFlow(one, two);
    awaitFlow(two, one);
  }

  @Test
  void aPausedRedisIsNoticedBlocksNobodyAndIsHeardAgain() {
    redis.start();
    RedisBackplane one = node(redis.port());
    RedisBackplane two = node(redis.port());
    RedisBackplane closing = node(redis.port());
    awaitAcquainted(one, two);
    awaitAcquainted(one, closing);
    try (TestRedis.Pause pause = redis.pause()) {
      long before = System.nanoTime();
      for (int number = 0; number < 3_000; number++) {
        one.publish(Hearing.CHANNEL, List.of(Hearing.plain("into the void", ANN)));
      }
      assertThat(since(before)).isLessThan(QUICK);
      await().until(() -> one.state() == RedisState.DEGRADED);
      await().until(() -> two.state() == RedisState.DEGRADED);
      await().until(() -> one.statistics().refused() > 3_000);
      assertQuickClose(closing);
      assertThat(pause).isNotNull();
    }
    awaitConnected();
    awaitFlow(one, two);
    awaitFlow(two, one);
  }

  @Test
  void aDeafSubscriptionIsNoticedInAboutTwoSecondsAndRenewed() {
    redis.start();
    try (DeafeningProxy proxy = new DeafeningProxy(redis.port())) {
      RedisBackplane deaf = started(RedisOptions.forUri(TestRedis.uri(proxy.port())));
      RedisBackplane sound = node(redis.port());
      awaitAcquainted(sound, deaf);
      awaitConnected();
      deaf.onStateChange(states::add);
      proxy.deafenSubscriptions();
      await().atMost(Duration.ofSeconds(4)).until(() -> states.contains(RedisState.DEGRADED));
      assertThat(deaf.statistics().renewals()).isEqualTo(1);
      awaitConnected();
      awaitFlow(sound, deaf);
      awaitFlow(deaf, sound);
      assertThat(states).containsExactly(RedisState.DEGRADED, RedisState.CONNECTED);
      assertThat(warnings.told).hasSize(1);
    }
  }

  @Test
  void connectionsThatBringNothingBackAreAllRenewed() {
    redis.start();
    try (DeafeningProxy proxy = new DeafeningProxy(redis.port())) {
      RedisBackplane deaf = node(proxy.port());
      RedisBackplane sound = node(redis.port());
      awaitAcquainted(sound, deaf);
      deaf.onStateChange(states::add);
      proxy.deafenAll();
      await()
          .untilAsserted(
              () ->
                  assertThat(states)
                      .containsSubsequence(RedisState.DEGRADED, RedisState.CONNECTED));
      awaitFlow(sound, deaf);
      awaitFlow(deaf, sound);
    }
  }

  @Test
  void closeIsQuickWithRedisAway() {
    RedisBackplane node = node(redis.port());
    await().until(() -> node.state() == RedisState.DEGRADED);
    assertQuickClose(node);
    node.close();
    node.publish(Hearing.CHANNEL, List.of(Hearing.plain("after the end", ANN)));
  }

  private RedisBackplane node(int port) {
    return started(TestRedis.quick(port));
  }

  private RedisBackplane started(RedisOptions options) {
    RedisBackplane node = new RedisBackplane(options);
    node.subscribe(Hearing.CHANNEL, _ -> {});
    node.presence(Hearing.CHANNEL, ANN, true);
    nodes.add(node);
    return node;
  }

  private void awaitConnected() {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> nodes.stream().allMatch(node -> node.state() == RedisState.CONNECTED));
  }

  private static void awaitAcquainted(RedisBackplane one, RedisBackplane two) {
    await()
        .untilAsserted(
            () -> {
              assertThat(one.usersOf(two.node())).contains(Set.of(ANN));
              assertThat(two.usersOf(one.node())).contains(Set.of(ANN));
            });
  }

  /** Waits until the second node receives what the first one publishes. */
  private static void awaitFlow(RedisBackplane from, RedisBackplane to) {
    Hearing hearing = new Hearing(to);
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              from.publish(Hearing.CHANNEL, List.of(Hearing.plain("flows", ANN)));
              assertThat(hearing.texts()).contains(" flows");
            });
  }

  private void assertQuickClose(RedisBackplane node) {
    long before = System.nanoTime();
    node.close();
    nodes.remove(node);
    assertThat(since(before)).isLessThan(QUICK);
  }

  private static Duration since(long before) {
    return Duration.ofNanos(System.nanoTime() - before);
  }

  /** Collects the log messages about an outage. */
  private static final class Warnings extends AppenderBase<ILoggingEvent> {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getFormattedMessage());
      if (event.getFormattedMessage().contains("operates without Redis")) {
        told.add(event.getFormattedMessage());
      }
    }
  }
}
