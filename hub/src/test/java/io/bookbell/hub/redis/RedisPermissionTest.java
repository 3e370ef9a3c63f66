package io.bookbell.hub.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * If the Redis user lacks a permission, the log contains the command that grants it, and that
 * works.
 */
class RedisPermissionTest {
  private static final Pattern GRANT = Pattern.compile("ACL (SETUSER ann .*?) \\(");

  private final TestRedis redis = TestRedis.started();
  private final ListAppender<ILoggingEvent> told = new ListAppender<>();
  private final Logger log = (Logger) LoggerFactory.getLogger(RedisBackplane.class);

  @BeforeEach
  void listen() {
    told.start();
    log.addAppender(told);
  }

  @AfterEach
  void stop() {
    log.detachAppender(told);
    redis.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resetchannels +@all",
        "allchannels +@all -publish",
        "allchannels +@all -subscribe"
      })
  void isNamed(String rights) {
    acl("SETUSER ann on >hush ~* " + rights);
    RedisOptions quick = TestRedis.quick(redis.port());
    var options =
        new RedisOptions(
            "redis://ann:hush@127.0.0.1:" + redis.port(),
            quick.prefix(),
            quick.node(),
            quick.life(),
            quick.timings(),
            quick.requestQueue());
    try (var node = new RedisBackplane(options)) {
      await().atMost(Duration.ofSeconds(10)).until(() -> grant().isPresent());

      assertThat(told.list)
          .noneSatisfy(event -> assertThat(event.getFormattedMessage()).contains("hush"));
      acl(grant().orElseThrow());

      await().atMost(Duration.ofSeconds(10)).until(() -> node.state() == RedisState.CONNECTED);
    }
  }

  /** The arguments of the logged ACL command. */
  private Optional<String> grant() {
    return List.copyOf(told.list).stream()
        .map(event -> GRANT.matcher(event.getFormattedMessage()))
        .filter(Matcher::find)
        .map(found -> found.group(1))
        .findFirst();
  }

  private void acl(String words) {
    try (var client = RedisClient.create(redis.uri());
        var connection = client.connect()) {
      var arguments = new CommandArgs<>(StringCodec.UTF8);
      for (String word : words.split(" ", -1)) {
        arguments.add(word);
      }
      connection.sync().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), arguments);
    }
  }
}
