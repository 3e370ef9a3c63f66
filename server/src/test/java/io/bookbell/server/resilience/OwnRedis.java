package io.bookbell.server.resilience;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.support.FreePort;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis process without persistence that can be killed, paused and started again empty. It
 * records the last messages published on channels that match {@link #NODE_CHANNELS}, so that they
 * can be repeated. Confined to one thread.
 */
final class OwnRedis implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(new StringCodec(UTF_8), ByteArrayCodec.INSTANCE);
  private static final String NODE_CHANNELS = "bookbell:*:node:*";
  private static final int KEPT = 200;

  private final Path folder;
  private final Path executable;
  private final int port = FreePort.next();
  private final RedisClient client;

  /** The recorded channels and frames; guarded by itself. */
  private final ArrayDeque<Map.Entry<String, byte[]>> kept = new ArrayDeque<>();

  private Process process;

  /**
   * Starts Redis.
   *
   * @param folder its working directory
   */
  OwnRedis(Path folder) {
    this.folder = folder;
    try {
      this.executable = ExecutableProvider.newJarResourceProvider().get().toPath();
    } catch (IOException e) {
      throw new UncheckedIOException("There is no Redis for this system", e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
    start();
    this.client =
        RedisClient.create(
            RedisURI.builder().withHost("127.0.0.1").withPort(port).withTimeout(TIMEOUT).build());
    listen();
  }

  private void listen() {
    var listening = client.connectPubSub(CODEC);
    listening.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String pattern, String channel, byte[] frame) {
            keep(Map.entry(channel, frame));
          }
        });
    listening.sync().psubscribe(NODE_CHANNELS);
  }

  private void keep(Map.Entry<String, byte[]> message) {
    synchronized (kept) {
      if (kept.size() == KEPT) {
        kept.removeFirst();
      }
      kept.addLast(message);
    }
  }

  int port() {
    return port;
  }

  /** Starts an empty Redis and waits until it listens. */
  void start() {
    var words =
        List.of(
            executable.toString(),
            "--port",
            Integer.toString(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no");
    try {
      process =
          new ProcessBuilder(words)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("redis.txt").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("Redis did not start", e);
    }
    Awaitility.await("Redis").atMost(TIMEOUT).until(this::listens);
  }

  private boolean listens() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Sends SIGKILL. */
  void kill() {
    try {
      if (!process.destroyForcibly().waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("Redis did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  void pause() {
    Signals.pause(process.pid());
  }

  void goOn() {
    Signals.goOn(process.pid());
  }

  void killSubscribers() {
    try (var connection = client.connect(CODEC)) {
      connection.sync().clientKill(KillArgs.Builder.typePubsub());
    }
  }

  /** Whether nodes have sent each other anything on the channels that are recorded. */
  boolean hasRecorded() {
    synchronized (kept) {
      return !kept.isEmpty();
    }
  }

  /** Publishes the recorded messages again, twice each and in random order. */
  void repeatNodeMessages(Random random) {
    var again = new ArrayList<Map.Entry<String, byte[]>>();
    synchronized (kept) {
      again.addAll(kept);
      again.addAll(kept);
    }
    Collections.shuffle(again, random);
    try (var connection = client.connect(CODEC)) {
      again.forEach(each -> connection.sync().publish(each.getKey(), each.getValue()));
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    client.shutdown(Duration.ZERO, TIMEOUT);
  }
}
