package io.bookbell.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.BackplaneContract;
import io.bookbell.hub.UserId;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Runs the backplane contract over Redis. */
class RedisBackplaneTest extends BackplaneContract {
  private static TestRedis redis;

  private final String prefix = "contract-" + System.nanoTime() + ":";

  @BeforeAll
  static void startRedis() {
    redis = TestRedis.started();
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @Override
  protected Backplane join() {
    return new RedisBackplane(redis.calm().withPrefix(prefix));
  }

  @Override
  protected void awaitAcquainted(Map<Backplane, Set<UserId>> present) {
    await()
        .untilAsserted(
            () -> {
              for (Backplane node : present.keySet()) {
                present.forEach((other, users) -> assertKnows(node, other, users));
              }
            });
  }

  private static void assertKnows(Backplane node, Backplane other, Set<UserId> users) {
    if (!node.equals(other)) {
      String name = ((RedisBackplane) other).node();
      assertThat(((RedisBackplane) node).usersOf(name)).contains(users);
    }
  }
}
