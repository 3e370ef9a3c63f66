package io.bookbell.hub.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.function.Function;
import redis.embedded.RedisServer;

/** A real Redis on a free local port that tests can stop, pause and command. */
final class TestRedis implements AutoCloseable {
  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(new StringCodec(UTF_8), ByteArrayCodec.INSTANCE);

  private final int port = freePort();
  private RedisServer server;

  static TestRedis started() {
    TestRedis redis = new TestRedis();
    redis.start();
    return redis;
  }

  int port() {
    return port;
  }

  String uri() {
    return uri(port);
  }

  static String uri(int port) {
    return "redis://127.0.0.1:" + port;
  }

  /** Options for tests of outages, which are detected quickly. */
  static RedisOptions quick(int port) {
    return options(port, Duration.ofMillis(800), Duration.ofSeconds(20));
  }

  /** Options by which silent nodes are forgotten quickly. */
  RedisOptions forgetful() {
    return options(port, Duration.ofMillis(800), Duration.ofSeconds(4));
  }

  /** Options for tests without outages, with timeouts for slow machines. */
  RedisOptions calm() {
    return options(port, Duration.ofSeconds(10), Duration.ofSeconds(60));
  }

  private static RedisOptions options(int port, Duration silence, Duration forget) {
    return RedisOptions.forUri(uri(port))
        .withTimings(
            new RedisOptions.Timings(
                Duration.ofMillis(200),
                silence,
                Duration.ofMillis(10),
                forget,
                Duration.ofMillis(700),
                Duration.ofMillis(20),
                Duration.ofMillis(200)));
  }

  /** Starts it empty, because it persists nothing. */
  void start() {
    try {
      server =
          RedisServer.newRedisServer()
              .port(port)
              .bind("127.0.0.1")
              .setting("save \"\"")
              .setting("appendonly no")
              .build();
      server.start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  void stop() {
    try {
      if (server != null) {
        server.stop();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  void publish(String channel, byte[] frame) {
    ask(admin -> admin.sync().publish(channel, frame));
  }

  void killSubscribers() {
    ask(admin -> admin.sync().clientKill(KillArgs.Builder.typePubsub()));
  }

  /** Suspends the process with its sockets open; closing the result resumes it. */
  Pause pause() {
    String info = ask(admin -> admin.sync().info("server"));
    String pid = info.replaceFirst("(?s).*process_id:(\\d+).*", "$1");
    signal("STOP", pid);
    return () -> signal("CONT", pid);
  }

  @Override
  public void close() {
    stop();
  }

  private <T> T ask(Function<StatefulRedisConnection<String, byte[]>, T> question) {
    try (RedisClient client = RedisClient.create(uri());
        StatefulRedisConnection<String, byte[]> admin = client.connect(CODEC)) {
      return question.apply(admin);
    }
  }

  private static void signal(String name, String pid) {
    try {
      int exit = new ProcessBuilder("kill", "-" + name, pid).inheritIO().start().waitFor();
      if (exit != 0) {
        throw new IllegalStateException("kill -" + name + " " + pid + " ended with " + exit);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  interface Pause extends AutoCloseable {
    @Override
    void close();
  }
}
