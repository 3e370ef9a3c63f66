package io.bookbell.bench.fanout;

import io.bookbell.bench.fanout.Result.Case;
import io.bookbell.bench.fanout.Result.Run;
import io.bookbell.bench.fanout.Servers.Starter;
import io.bookbell.bench.process.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the cost of sending a text to all connections, for several servers in one run. */
@Command(
    name = "fan-out",
    description = "Sends texts to all connections of Bookbell and of its peers, in one run.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class FanOut implements Callable<Integer> {
  private static final int TEXT_LENGTH = 300;
  private static final long TIMEOUT_SECONDS = 60;

  /** Time for a server to notice that all connections but one are gone. */
  private static final long SETTLE_MILLIS = 5_000;

  private static final int SINGLE_WARM_UP_SECONDS = 5;

  @Option(
      names = "--connections",
      split = ",",
      description = "How many, ascending. A single one follows, for the cost of a text itself.")
  private List<Integer> connections = List.of(1000, 10_000);

  @Option(names = "--in-flight", split = ",", description = "How many texts are under way at once.")
  private List<Integer> inFlight = List.of(1, 8);

  @Option(names = "--repeats", description = "Each server is started so often, in turn.")
  private int repeats = 3;

  @Option(names = "--seconds", description = "How long each load is measured.")
  private int seconds = 4;

  @Option(
      names = "--warm-up",
      description = "How long a started server is under each load before any is measured.")
  private int warmUp = 30;

  @Option(names = "--save", description = "Keeps the results in this file.")
  private @Nullable Path save;

  @Option(names = "--against", description = "Compares with the results in this file.")
  private @Nullable Path against;

  @Option(names = "--plot", description = "Draws the results into this SVG file.")
  private @Nullable Path plot;

  @Mixin private Servers servers = new Servers();

  private int lastText;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new FanOut()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<Result> before = against == null ? List.of() : Result.read(against);
    Map<String, Map<Case, List<Run>>> runs = new LinkedHashMap<>();
    List<Starter> starters = servers.starters(connections.getLast());
    for (int repeat = 1; repeat <= repeats; repeat++) {
      for (Starter starter : starters) {
        System.err.printf("%s, %d of %d%n", starter.name(), repeat, repeats);
        try {
          run(starter, runs.computeIfAbsent(starter.name(), _ -> new LinkedHashMap<>()));
        } catch (IllegalStateException failed) {
          System.err.println("Left out from here on: " + failed.getMessage());
        }
      }
    }
    List<Result> results = new ArrayList<>();
    runs.forEach(
        (server, cases) ->
            cases.forEach((load, measured) -> results.add(Result.of(server, load, measured))));
    Report.table(results, Servers.OURS, before, System.out);
    if (save != null) {
      Result.save(results, save);
    }
    if (plot != null) {
      Files.writeString(plot, Plot.cpuPerDelivery(results));
    }
    return 0;
  }

  private void run(Starter starter, Map<Case, List<Run>> runs) throws Exception {
    var tally = new Tally();
    try (Server server = starter.start();
        Swarm swarm = new Swarm(server, tally)) {
      swarm.growTo(connections.getFirst());
      warmUp(server, tally, connections.getFirst(), warmUp);
      for (int count : connections) {
        swarm.growTo(count);
        measureAll(server, tally, count, runs);
      }
      if (connections.getFirst() == 1) {
        return;
      }
      swarm.shrinkTo(1);
      Thread.sleep(SETTLE_MILLIS);
      warmUp(server, tally, 1, SINGLE_WARM_UP_SECONDS);
      measureAll(server, tally, 1, runs);
    }
  }

  /** Warms up the JIT compilers. */
  private void warmUp(Server server, Tally tally, int count, int forSeconds)
      throws InterruptedException {
    for (int texts : inFlight) {
      measure(server, tally, new Case(count, texts), forSeconds);
    }
  }

  private void measureAll(Server server, Tally tally, int count, Map<Case, List<Run>> runs)
      throws InterruptedException {
    for (int texts : inFlight) {
      var load = new Case(count, texts);
      Run run = measure(server, tally, load, seconds);
      runs.computeIfAbsent(load, _ -> new ArrayList<>()).add(run);
    }
  }

  private Run measure(Server server, Tally tally, Case load, int forSeconds)
      throws InterruptedException {
    tally.reset();
    long began = System.nanoTime();
    long cpu = Processes.cpuMicros(server.process());
    long texts = keepSending(server, tally, load, began + TimeUnit.SECONDS.toNanos(forSeconds));
    double deliveries = (double) texts * load.connections();
    double spent = Processes.cpuMicros(server.process()) - cpu;
    double took = (System.nanoTime() - began) / 1e9;
    return new Run(
        spent / deliveries,
        deliveries / took,
        tally.micros(histogram -> histogram.getValueAtPercentile(50)) / 1000.0,
        tally.micros(histogram -> histogram.getValueAtPercentile(99)) / 1000.0,
        tally.micros(histogram -> histogram.getValueAtPercentile(99.9)) / 1000.0);
  }

  /**
   * Sends a text whenever a previous one has arrived on all connections, with a constant number in
   * flight, and returns how many were sent.
   */
  private long keepSending(Server server, Tally tally, Case load, long until)
      throws InterruptedException {
    var window = new Semaphore(load.inFlight());
    long sent = 0;
    while (System.nanoTime() < until) {
      take(window, 1, server);
      int number = ++lastText;
      var arrived = tally.sending(number, load.connections());
      var _ =
          server
              .publish(text(number))
              .runAfterBoth(arrived, window::release)
              .exceptionally(FanOut::refused);
      sent++;
    }
    take(window, load.inFlight(), server);
    return sent;
  }

  private static @Nullable Void refused(Throwable failure) {
    System.err.println("A text was not taken: " + failure);
    return null;
  }

  private static void take(Semaphore window, int permits, Server server)
      throws InterruptedException {
    if (!window.tryAcquire(permits, TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(server.name() + " did not deliver everything");
    }
  }

  private static String text(int number) {
    String mark = SwarmSocket.MARK + "%0" + SwarmSocket.DIGITS + "d ";
    return mark.formatted(number) + "x".repeat(TEXT_LENGTH - SwarmSocket.DIGITS - 2);
  }
}
