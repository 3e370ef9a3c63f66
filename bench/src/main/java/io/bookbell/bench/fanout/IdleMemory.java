package io.bookbell.bench.fanout;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.bench.process.Processes;
import io.bookbell.hub.TransportKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures each server's memory per idle connection, as the slope between two numbers of
 * connections.
 */
@Command(
    name = "memory",
    description = "Measures the memory of idle connections in Bookbell and its peers.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class IdleMemory implements Callable<Integer> {
  private static final Pattern USED_HEAP = Pattern.compile("used (\\d+)K");

  @Option(names = "--few", description = "Where the slope begins.")
  private int few = 1000;

  @Option(names = "--many", description = "Where it ends; a process may open so many files.")
  private int many = 18_000;

  @Option(names = "--settle", description = "Seconds of quiet before each reading.")
  private int settle = 10;

  @Option(
      names = "--transport",
      description =
          "WEB_SOCKET, EVENT_STREAM or LONG_POLL; only Bookbell has the last two. Polls are answered"
              + " after 55 seconds, so take fewer.")
  private TransportKind transport = TransportKind.WEB_SOCKET;

  @Mixin private Servers servers = new Servers();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new IdleMemory()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<String> rows = new ArrayList<>();
    for (Servers.Starter starter : servers.starters(many)) {
      System.err.println(starter.name());
      rows.add(row(starter));
    }
    System.out.printf("Bytes for each connection between %d and %d idle ones:%n%n", few, many);
    System.out.println(
        "| server | process, without files | heap after GC | kernel | resident at "
            + few
            + ", MiB | at "
            + many
            + " | CPU µs of a handshake |");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|");
    rows.forEach(System.out::println);
    return 0;
  }

  private String row(Servers.Starter starter) throws Exception {
    try (Server server = starter.start();
        Swarm swarm = new Swarm(server, new Tally(), transport)) {
      swarm.growTo(few);
      Reading before = read(server);
      long cpu = Processes.cpuMicros(server.process());
      swarm.growTo(many);
      long handshakes = Processes.cpuMicros(server.process()) - cpu;
      Reading after = read(server);
      return String.format(
          Locale.ROOT,
          "| %s | %d | %s | %d | %d | %d | %d |",
          server.name(),
          slope(before.ownKib, after.ownKib),
          before.heapKib < 0 ? "–" : slope(before.heapKib, after.heapKib),
          slope(before.kernelKib, after.kernelKib),
          before.residentKib / 1024,
          after.residentKib / 1024,
          handshakes / (many - few));
    }
  }

  private long slope(long before, long after) {
    return (after - before) * 1024 / (many - few);
  }

  /**
   * Reads the resident memory first and the heap second, because reading the heap forces a garbage
   * collection.
   */
  private Reading read(Server server) throws IOException, InterruptedException {
    TimeUnit.SECONDS.sleep(settle);
    long resident = Processes.residentKib(server.process());
    long own = resident - Processes.mappedKib(server.process());
    long kernel = Processes.kernelKib();
    return new Reading(resident, own, heapAfterCollection(server), kernel);
  }

  private static long heapAfterCollection(Server server) throws IOException, InterruptedException {
    if (!(server instanceof BookbellServer)) {
      return -1;
    }
    jcmd(server, "GC.run");
    Matcher used = USED_HEAP.matcher(jcmd(server, "GC.heap_info"));
    long sum = 0;
    while (used.find()) {
      sum += Long.parseLong(used.group(1));
    }
    return sum;
  }

  private static String jcmd(Server server, String what) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process process = new ProcessBuilder(jcmd, "" + server.process().pid(), what).start();
    String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return answer;
  }

  /**
   * Memory readings.
   *
   * @param ownKib resident memory without mapped files, whose pages come and go
   */
  private record Reading(long residentKib, long ownKib, long heapKib, long kernelKib) {}
}
