package io.bookbell.hub.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Forwards bytes to Redis and back, until told to drop everything that comes back on current
 * subscriptions: their sockets stay open, but deaf. Any thread.
 */
final class DeafeningProxy implements AutoCloseable {
  private final ServerSocket listening;
  private final int redisPort;
  private final List<Passage> passages = new CopyOnWriteArrayList<>();

  DeafeningProxy(int redisPort) {
    this.redisPort = redisPort;
    try {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  void deafenSubscriptions() {
    passages.stream().filter(passage -> passage.subscribes).forEach(passage -> passage.deaf = true);
  }

  /** Drops everything that comes back on current connections. */
  void deafenAll() {
    passages.forEach(passage -> passage.deaf = true);
  }

  @Override
  public void close() {
    try {
      listening.close();
      for (Passage passage : passages) {
        passage.end();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        passages.add(new Passage(client, new Socket(InetAddress.getLoopbackAddress(), redisPort)));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  /** A client's connection and the one to Redis. */
  private static final class Passage {
    private final Socket client;
    private final Socket redis;
    private volatile boolean subscribes;
    private volatile boolean deaf;

    Passage(Socket client, Socket redis) {
      this.client = client;
      this.redis = redis;
      Thread.startVirtualThread(() -> pass(client, redis, true));
      Thread.startVirtualThread(() -> pass(redis, client, false));
    }

    private void pass(Socket from, Socket to, boolean towardsRedis) {
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] bytes = new byte[1 << 16];
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
          if (towardsRedis) {
            subscribes = subscribes || isSubscribe(bytes, count);
          }
          if (towardsRedis || !deaf) {
            out.write(bytes, 0, count);
          }
        }
      } catch (IOException ended) {
        // the connection has ended
      } finally {
        end();
      }
    }

    private static boolean isSubscribe(byte[] bytes, int count) {
      return new String(bytes, 0, count, ISO_8859_1).contains("SUBSCRIBE");
    }

    void end() {
      try {
        client.close();
        redis.close();
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
