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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
  @CsvSource({
    "resetchannels +@all, ''",
    "allchannels +@all -publish, ''",
    "allchannels +@all -subscribe, ''",
    "allchannels +@all -select, /3",
    "allchannels +publish +subscribe +unsubscribe +ping, /3",
    "allchannels, /3"
  })
  void aMissingPermissionIsNamed(String rights, String database) {
    acl("SETUSER ann on >hush ~* " + rights);
    try (var node = new RedisBackplane(asAnn(database))) {
      node.subscribe("chat", _ -> {});
      await().atMost(Duration.ofSeconds(10)).until(() -> grant().isPresent());

      assertThat(told.list)
          .noneSatisfy(event -> assertThat(event.getFormattedMessage()).contains("hush"));
      acl(grant().orElseThrow());

      await().atMost(Duration.ofSeconds(10)).until(() -> node.state() == RedisState.CONNECTED);
    }
  }

  @Test
  void aPermissionIsNotNamedOnceItIsGranted() {
    acl("SETUSER ann on >hush ~* allchannels +@all -publish");
    try (var node = new RedisBackplane(asAnn(""))) {
      node.subscribe("chat", _ -> {});
      await().atMost(Duration.ofSeconds(10)).until(() -> grant().isPresent());
      acl(grant().orElseThrow());
      await().atMost(Duration.ofSeconds(10)).until(() -> node.state() == RedisState.CONNECTED);
      told.list.clear();
      dispatch(CommandType.CLIENT, "PAUSE 600000 ALL");
      await().atMost(Duration.ofSeconds(10)).until(() -> node.state() == RedisState.DEGRADED);

      assertThat(List.copyOf(told.list))
          .isNotEmpty()
          .noneSatisfy(event -> assertThat(event.getFormattedMessage()).contains("permission"));
    }
  }

  @Test
  void aMissingPermissionIsNamedAgainInALaterOutage() {
    acl("SETUSER ann on >hush ~* allchannels +@all -publish");
    try (var node = new RedisBackplane(asAnn(""))) {
      node.subscribe("chat", _ -> {});
      await().atMost(Duration.ofSeconds(10)).until(() -> grant().isPresent());
      acl(grant().orElseThrow());
      await().atMost(Duration.ofSeconds(10)).until(() -> node.state() == RedisState.CONNECTED);
      told.list.clear();
      acl("SETUSER ann -publish");
      redis.killSubscribers(); // the outage begins for another reason

      await().atMost(Duration.ofSeconds(10)).until(() -> grant().isPresent());
    }
  }

  @Test
  void aPasswordThatWasChangedIsNamedOnce() {
    acl("SETUSER ann on >hush ~* allchannels +@all");
    try (var node = new RedisBackplane(asAnn(""))) {
      node.subscribe("chat", _ -> {});
      await().atMost(Duration.ofSeconds(10)).until(() -> node.state() == RedisState.CONNECTED);
      acl("SETUSER ann resetpass >other");
      redis.killSubscribers();

      await().atMost(Duration.ofSeconds(10)).until(() -> countWrongPasswords() > 0);
      acl("SETUSER ann resetpass >hush");
      await().atMost(Duration.ofSeconds(10)).until(() -> node.state() == RedisState.CONNECTED);

      assertThat(countWrongPasswords()).isEqualTo(1);
    }
  }

  private long countWrongPasswords() {
    return List.copyOf(told.list).stream()
        .filter(event -> event.getFormattedMessage().contains("(WRONGPASS"))
        .count();
  }

  private RedisOptions asAnn(String database) {
    RedisOptions quick = TestRedis.quick(redis.port());
    return new RedisOptions(
        "redis://ann:hush@127.0.0.1:" + redis.port() + database,
        quick.prefix(),
        quick.node(),
        quick.databaseEpoch(),
        quick.timings(),
        quick.requestQueue());
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
    dispatch(CommandType.ACL, words);
  }

  private void dispatch(CommandType command, String words) {
    try (var client = RedisClient.create(redis.uri());
        var connection = client.connect()) {
      var arguments = new CommandArgs<>(StringCodec.UTF8);
      for (String word : words.split(" ", -1)) {
        arguments.add(word);
      }
      connection.sync().dispatch(command, new StatusOutput<>(StringCodec.UTF8), arguments);
    }
  }
}
