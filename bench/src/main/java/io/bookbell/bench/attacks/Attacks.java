package io.bookbell.bench.attacks;

import io.bookbell.bench.fanout.Population;
import io.bookbell.bench.process.Launched;
import io.bookbell.bench.process.Processes;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs the attacks one after the other on a server of its own, and measures ordinary users and
 * memory meanwhile.
 */
@Command(
    name = "attacks",
    description = "What becomes of ordinary users, and of memory, while a server is attacked.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class Attacks implements Callable<Integer> {
  private static final double MAX_MILLIS = 1000;
  private static final double MAX_MIB = 64;
  private static final Pattern HEAP =
      Pattern.compile("jvm_memory_used_bytes\\{area=\"heap\"[^}]*} (\\S+)");

  @Option(names = "--sockets", description = "How many ordinary users have one.")
  private int sockets = 300;

  @Option(names = "--seconds", description = "How long each attack lasts.")
  private int seconds = 20;

  @Option(names = "--only", split = ",", description = "Some attacks: ${COMPLETION-CANDIDATES}.")
  private List<Attack> only = List.of(Attack.values());

  @Option(names = "--home", required = true, hidden = true, description = "The source tree.")
  private Path home = Path.of("");

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Attacks()).execute(arguments));
  }

  /**
   * Returns exit code 1 if a socket was lost, or if a response time or the memory exceeded its
   * limit.
   */
  @Override
  public Integer call() throws Exception {
    Path work = Files.createTempDirectory(home.resolve("bench/target"), "attacks");
    Map<String, String> settings = Map.of("BOOKBELL_DATA", work.resolve("data").toString());
    Path launcher = home.resolve("bookbell");
    Launched.serve(launcher, settings, work).close(); // makes the schema
    Population.lay(work.resolve("data"), sockets + 1);
    try (var server = Launched.serve(launcher, settings, work);
        var onlookers = new Onlookers(server.port(), sockets)) {
      TimeUnit.SECONDS.sleep(10); // so that the JIT compiler's memory isn't counted
      System.out.println(
          "| attack | sockets lost | p50 ms | p99 ms | worst ms | heap MiB | resident MiB |");
      System.out.println("|---|---:|---:|---:|---:|---:|---:|");
      onlookers.report();
      boolean held = true;
      for (Attack attack : only) {
        held &= measure(attack, server, onlookers);
      }
      return held ? 0 : 1;
    }
  }

  private boolean measure(Attack attack, Launched server, Onlookers onlookers) throws Exception {
    double heapBefore = heapMib(server);
    long residentBefore = Processes.residentKib(server.process().toHandle());
    int attacker = Population.supporter(sockets);
    attack.run(
        new Target(
            server.port(),
            Population.token(attacker),
            attacker,
            System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds)));
    Onlookers.Report report = onlookers.report();
    double heap = heapMib(server) - heapBefore;
    double resident =
        (Processes.residentKib(server.process().toHandle()) - residentBefore) / 1024.0;
    System.out.printf(
        "| %s | %d | %.1f | %.1f | %.0f | %+.0f | %+.0f |%n",
        attack.description,
        report.lost(),
        report.medianMillis(),
        report.p99Millis(),
        report.worstMillis(),
        heap,
        resident);
    return report.lost() == 0 && report.p99Millis() < MAX_MILLIS && heap < MAX_MIB;
  }

  /** Returns the used heap after a garbage collection, once the attack's connections are closed. */
  private static double heapMib(Launched server) throws IOException, InterruptedException {
    TimeUnit.SECONDS.sleep(2);
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    new ProcessBuilder(jcmd.toString(), Long.toString(server.process().pid()), "GC.run")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
    URI metrics = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
    double bytes = 0;
    try (InputStream in = metrics.toURL().openStream()) {
      Matcher used = HEAP.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      while (used.find()) {
        bytes += Double.parseDouble(used.group(1));
      }
    }
    return bytes / (1 << 20);
  }
}
