package io.bookbell.bench.nodes;

import com.sun.management.OperatingSystemMXBean;
import io.bookbell.bench.nodes.Nodes.Received;
import io.bookbell.bench.nodes.Traffic.Teams;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import redis.embedded.RedisServer;

/**
 * Counts the messages that each of 1, 2, 4 and 8 nodes receives and parses for the same traffic,
 * and the CPU time spent on it. The nodes run in one process, with a real Redis between them.
 */
public final class NodeTraffic {
  private static final int[] NODES = {1, 2, 4, 8};
  private static final int ROUNDS = 3;
  private static final int UNDER_WAY = 200;
  private static final int FEW = 400;
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final String redis;
  private final int changes;
  private final long seed;
  private int runs;

  private NodeTraffic(String redis, int changes, long seed) {
    this.redis = redis;
    this.changes = changes;
    this.seed = seed;
  }

  /**
   * Prints a table.
   *
   * @param arguments the number of changes and the seed of the traffic, both optional
   */
  public static void main(String[] arguments) throws IOException {
    int changes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1;
    int port = freePort();
    RedisServer server =
        RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"").build();
    server.start();
    try {
      new NodeTraffic("redis://127.0.0.1:" + port, changes, seed).report(System.out);
    } finally {
      server.stop();
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void report(PrintStream out) {
    measure(4, Teams.ANYWHERE, true); // warms up the JIT compiler
    measure(4, Teams.ANYWHERE, false);
    out.printf("%d changes, seed %d%n%n", changes, seed);
    out.println(
        "| nodes | a team is | received by each node, addressed | one channel | part"
            + " | KiB, addressed | one channel | CPU of all nodes, µs a change, addressed | one channel |");
    out.println("|---:|---|---:|---:|---:|---:|---:|---:|---:|");
    for (Teams teams : Teams.values()) {
      for (int nodes : NODES) {
        List<Measured> addressed = new ArrayList<>();
        List<Measured> channel = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
          addressed.add(measure(nodes, teams, true));
          channel.add(measure(nodes, teams, false));
        }
        out.println(row(nodes, teams, median(addressed), median(channel)));
      }
    }
  }

  private static String row(int nodes, Teams teams, Measured addressed, Measured channel) {
    return String.format(
        Locale.ROOT,
        "| %d | %s | %d | %d | %d %% | %d | %d | %.0f | %.0f |",
        nodes,
        teams.words,
        addressed.received.messages() / nodes,
        channel.received.messages() / nodes,
        Math.round(100.0 * addressed.received.messages() / channel.received.messages()),
        addressed.received.bytes() / nodes / 1024,
        channel.received.bytes() / nodes / 1024,
        addressed.cpuMicros,
        channel.cpuMicros);
  }

  /**
   * Returns the round with the median CPU time. The number of messages received is the same in all
   * rounds.
   */
  private static Measured median(List<Measured> rounds) {
    return rounds.stream()
        .sorted(Comparator.comparingDouble(Measured::cpuMicros))
        .toList()
        .get(rounds.size() / 2);
  }

  /**
   * @param received by all nodes
   * @param cpuMicros CPU time of this process per change
   */
  private record Measured(Received received, double cpuMicros) {}

  private Measured measure(int count, Teams teams, boolean addressed) {
    Traffic traffic = Traffic.make(count, teams, changes, seed);
    String name = "run" + ++runs;
    try (Nodes nodes =
        addressed
            ? new AddressedNodes(redis, name + ":", traffic)
            : new OneChannelNodes(redis, name, traffic)) {
      getAcquainted(nodes, traffic);
      return measure(nodes, traffic);
    }
  }

  /**
   * Publishes a few changes repeatedly, until each is received exactly by the nodes that should
   * receive it.
   */
  private void getAcquainted(Nodes nodes, Traffic traffic) {
    int few = Math.min(FEW, changes);
    long until = System.nanoTime() + TIMEOUT.toNanos();
    for (boolean exact = false; !exact; ) {
      Received before = nodes.received();
      for (int number = 0; number < few; number++) {
        nodes.publish(traffic.changes().get(number));
      }
      LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
      exact = nodes.received().since(before).messages() == nodes.expected(traffic, few);
      if (System.nanoTime() > until) {
        throw new IllegalStateException("the nodes do not hear each other as expected");
      }
    }
  }

  private Measured measure(Nodes nodes, Traffic traffic) {
    long[] expected = new long[changes / UNDER_WAY + 1];
    for (int batch = 0; batch < expected.length; batch++) {
      expected[batch] = nodes.expected(traffic, Math.min((batch + 1) * UNDER_WAY, changes));
    }
    Received before = nodes.received();
    long cpu = PROCESS.getProcessCpuTime();
    for (int batch = 0; batch * UNDER_WAY < changes; batch++) {
      int next = Math.min((batch + 1) * UNDER_WAY, changes);
      traffic.changes().subList(batch * UNDER_WAY, next).forEach(nodes::publish);
      await(nodes, before.messages() + expected[batch]);
    }
    double micros = (PROCESS.getProcessCpuTime() - cpu) / 1000.0 / changes;
    Received received = nodes.received().since(before);
    if (received.messages() != nodes.expected(traffic, changes)) {
      throw new IllegalStateException("more was received than expected: " + received);
    }
    return new Measured(received, micros);
  }

  private static void await(Nodes nodes, long expected) {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (nodes.messages() < expected) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException("something was lost: try again on a calmer machine");
      }
      LockSupport.parkNanos(200_000);
    }
  }
}
