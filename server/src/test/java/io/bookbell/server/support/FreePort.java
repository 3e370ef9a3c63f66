package io.bookbell.server.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for servers that a test stops and starts again at the same address. They are below those
 * that the system gives to clients and to port 0 (32768 and up on Linux), so that nobody else takes
 * one while its server is down.
 */
public final class FreePort {
  private static final int LOWEST = 10_000;
  private static final int COUNT = 22_000;

  /** Other processes that run tests begin elsewhere. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

  private FreePort() {}

  /** Returns a loopback port that nobody listens on, another one each time. */
  public static int next() {
    for (int tries = 0; tries < COUNT; tries++) {
      int port = LOWEST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (IOException e) {
        // somebody's; the next one
      }
    }
    throw new IllegalStateException("No port is free");
  }
}
