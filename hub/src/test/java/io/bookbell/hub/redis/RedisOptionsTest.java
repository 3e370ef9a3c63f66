package io.bookbell.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RedisOptionsTest {
  private static final String SECRET = "redis://:hunter2@localhost:6379";

  @Test
  void twoNodesHaveTwoNames() {
    assertThat(RedisOptions.forUri(SECRET).node()).isNotEqualTo(RedisOptions.forUri(SECRET).node());
  }

  @Test
  void wrongValuesAreNamed() {
    RedisOptions good = RedisOptions.forUri(SECRET);
    assertThatThrownBy(() -> RedisOptions.forUri("http://:hunter2@localhost"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("uri must look like redis://host:6379")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> RedisOptions.forUri("nonsense")).hasMessageStartingWith("uri");
    assertThatThrownBy(() -> good.withPrefix("a b")).hasMessageStartingWith("prefix");
    assertThatThrownBy(() -> good.withNode("a:b")).hasMessageStartingWith("node");
    assertThatThrownBy(() -> timings(Duration.ZERO)).hasMessageStartingWith("probe");
    assertThatThrownBy(() -> timings(Duration.ofMinutes(1)))
        .hasMessage("silence must be longer than probe, PT1M, got PT1.5S");
  }

  @Test
  void thePasswordIsNotPrinted() {
    assertThat(RedisOptions.forUri(SECRET).toString()).doesNotContain("hunter2");
  }

  private static RedisOptions.Timings timings(Duration probe) {
    RedisOptions.Timings usual = RedisOptions.Timings.defaults();
    return new RedisOptions.Timings(
        probe,
        usual.silence(),
        usual.batch(),
        usual.forget(),
        usual.command(),
        usual.reconnectFrom(),
        usual.reconnectTo());
  }
}
