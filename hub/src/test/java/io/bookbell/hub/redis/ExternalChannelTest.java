package io.bookbell.hub.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A channel shared with other programs recovers from everything that can happen to Redis. */
class ExternalChannelTest {
  private static final String NAME = "shared_with_others";

  private final TestRedis redis = new TestRedis();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private ExternalChannel channel;

  @AfterEach
  void stop() {
    channel.close();
    redis.close();
  }

  @Test
  void whatOthersPublishIsHeardAsItCameAndTheProbesAreNot() {
    redis.start();
    open(redis.port());
    awaitConnected();

    redis.publish(NAME, "any text".getBytes(UTF_8));
    redis.publish("something else", "not this".getBytes(UTF_8));
    assertThat(say("mine")).isTrue();

    await().untilAsserted(() -> assertThat(heard).containsExactly("any text", "mine"));
  }

  @Test
  void whatIsPublishedWhileRedisIsAwayIsRefusedAndNeverComesLater() {
    open(redis.port());
    await().until(() -> channel.state() == RedisState.DEGRADED);
    assertThat(say("too early")).isFalse();

    redis.start();
    awaitConnected();
    assertThat(say("in time")).isTrue();

    await().untilAsserted(() -> assertThat(heard).containsExactly("in time"));
  }

  @Test
  void aLostSubscriptionIsMadeAnew() {
    redis.start();
    open(redis.port());
    awaitConnected();

    redis.killSubscribers();

    awaitHeard("after the loss");
  }

  @Test
  void aDeafSubscriptionIsMadeAnew() {
    redis.start();
    try (DeafeningProxy proxy = new DeafeningProxy(redis.port())) {
      open(proxy.port());
      awaitConnected();

      proxy.deafenSubscriptions();

      awaitHeard("after the silence");
    }
  }

  private void open(int port) {
    channel =
        new ExternalChannel(
            TestRedis.quick(port), NAME, text -> heard.add(new String(text, UTF_8)));
  }

  private void awaitConnected() {
    await().until(() -> channel.state() == RedisState.CONNECTED);
  }

  /** Publishes repeatedly until it is heard, because messages during an outage are lost. */
  private void awaitHeard(String text) {
    await()
        .untilAsserted(
            () -> {
              redis.publish(NAME, text.getBytes(UTF_8));
              assertThat(heard).contains(text);
            });
  }

  private boolean say(String text) {
    return channel.publish(text.getBytes(UTF_8)).toCompletableFuture().join();
  }
}
