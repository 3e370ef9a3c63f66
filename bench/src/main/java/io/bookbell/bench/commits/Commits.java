package io.bookbell.bench.commits;

import io.bookbell.bench.commits.LoadGenerator.Load;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures the commands of a server on SQLite, of one on PostgreSQL, and of the replaced system,
 * all of them in every round. The admins' sockets are open.
 */
@Command(
    name = "commits",
    description = "Commands per second, and CPU time of each, beside the replaced system's.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class Commits implements Callable<Integer> {
  private static final Duration DISK_TIME = Duration.ofSeconds(1);

  @Option(names = "--servers", split = ",", description = "Which: ${COMPLETION-CANDIDATES}.")
  private List<ServerChoice> choices = List.of(ServerChoice.values());

  @Option(names = "--only-create", description = "Leaves out approve, reject and reply.")
  private boolean onlyCreate;

  @Option(names = "--in-flight", split = ",", description = "How many commands at once.")
  private List<Integer> inFlight = List.of(1, 64);

  @Option(names = "--per-second", description = "The rate at which the admins' delay is measured.")
  private int perSecond = 200;

  @Option(
      names = "--only-per-second",
      description = "Measures that rate alone from the start, without --in-flight and --warm-up.")
  private boolean onlyPerSecond;

  @Option(names = "--creators", description = "How many creators the commands are for.")
  private int creators = 1;

  @Option(names = "--rounds", description = "How often all of it is measured, with other creators.")
  private int rounds = 5;

  @Option(names = "--seconds", description = "How long requests are created under each load.")
  private int seconds = 8;

  @Option(names = "--warm-up", description = "How many seconds each server is warmed up.")
  private int warmUp = 120;

  @Option(
      names = "--floor",
      description =
          "Measures only PostgreSQL, with the rows of a create written by the barest program.")
  private boolean floor;

  @Option(names = "--home", required = true, hidden = true, description = "The source tree.")
  private Path home = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Commits())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    if (floor) {
      measureFloor();
      return 0;
    }
    if (choices.contains(ServerChoice.REPLACED)) {
      requireReplacedSystem();
    }
    Path folder = Files.createTempDirectory(home.resolve("bench/target"), "commits");
    var starter = new CommandServers(home, folder, rounds * creators);
    var servers = new ArrayList<CommandServer>();
    try {
      for (ServerChoice choice : choices) {
        servers.add(starter.start(choice));
      }
      if (!onlyPerSecond) {
        for (CommandServer server : servers) {
          warmUp(server);
        }
      }
      measure(servers, folder);
    } finally {
      for (CommandServer server : servers) {
        server.close();
      }
    }
    deleteAll(folder);
    return 0;
  }

  private void measureFloor() throws IOException, SQLException {
    Path folder = Files.createTempDirectory(home.resolve("bench/target"), "commits");
    for (int round = 1; round <= rounds; round++) {
      var measured =
          WriteFloor.measure(
              folder.resolve(Integer.toString(round)),
              Duration.ofSeconds(warmUp),
              Duration.ofSeconds(seconds));
      System.out.printf(
          "round %d: %.0f creates/s, %d µs of the program and %d µs of the database each%n",
          round, measured.perSecond(), measured.program(), measured.database());
    }
    deleteAll(folder);
  }

  private void requireReplacedSystem() throws InterruptedException {
    Optional<String> packages = CommandServers.missingPackages();
    if (packages.isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          "The replaced system needs more of Debian's packages: apt-get install"
              + " --no-install-recommends "
              + packages.get()
              + "\nTo measure without it: --servers sqlite,postgresql");
    }
  }

  private void warmUp(CommandServer server) throws InterruptedException {
    System.err.printf("Warming up: %s%n", server.choice().title());
    var time = Duration.ofSeconds(warmUp).dividedBy((long) rounds * inFlight.size());
    for (int round = 0; round < rounds; round++) {
      CommandClient client = server.newClient(round * creators, creators);
      for (int most : inFlight) {
        server.warmUp(client, new Load.InFlight(most), time);
      }
    }
  }

  private void measure(List<CommandServer> servers, Path folder)
      throws IOException, InterruptedException {
    List<Load> loads = new ArrayList<>();
    if (!onlyPerSecond) {
      inFlight.forEach(most -> loads.add(new Load.InFlight(most)));
    }
    loads.add(new Load.PerSecond(perSecond));
    var report = new CommandReport(loads, System.out);
    for (int round = 0; round < rounds; round++) {
      report.addSyncsPerSecond(Disk.syncsPerSecond(folder, DISK_TIME));
      Map<CommandServer, CommandClient> clients = new LinkedHashMap<>();
      for (CommandServer server : servers) {
        clients.put(server, server.newClient(round * creators, creators));
      }
      for (Load load : loads) {
        measureAll(round, load, clients, report);
      }
    }
    report.printMedians();
  }

  private void measureAll(
      int round, Load load, Map<CommandServer, CommandClient> clients, CommandReport report)
      throws InterruptedException {
    List<CommandKind> kinds =
        onlyCreate ? List.of(CommandKind.CREATE) : List.of(CommandKind.values());
    for (CommandKind kind : kinds) {
      for (var entry : clients.entrySet()) {
        CommandServer server = entry.getKey();
        if (server.choice().knows(kind)) {
          var cost = server.measure(entry.getValue(), kind, load, Duration.ofSeconds(seconds));
          report.add(new CommandFigures(round + 1, server.choice(), kind, load, cost));
        }
      }
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
