package io.bookbell.bench.fanout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** Selects the servers to measure. Its options are shared by all programs that compare servers. */
final class Servers {
  static final String OURS = "Bookbell";

  @Option(
      names = "--servers",
      split = ",",
      description = "Which, by parts of their names; else all that are installed.")
  private List<String> chosen = List.of("");

  @Option(names = "--home", required = true, hidden = true, description = "The source tree.")
  private Path home = Path.of("");

  /** Starts a server, any number of times. */
  record Starter(String name, Callable<Server> how) {
    Server start() throws Exception {
      return how.call();
    }
  }

  /**
   * Returns Bookbell, then the installed peers, as selected.
   *
   * @param connections the maximum number of connections
   */
  List<Starter> starters(int connections) throws IOException {
    Path work = Files.createTempDirectory("bookbell-bench");
    Path peers = home.resolve("bench/peers");
    List<Starter> all = new ArrayList<>();
    all.add(new Starter(OURS, () -> BookbellServer.start(home, work, connections)));
    Arrays.stream(Peer.values())
        .filter(peer -> peer.isInstalled(peers))
        .forEach(
            peer -> all.add(new Starter(peer.title(), () -> PeerServer.start(peer, peers, work))));
    all.removeIf(starter -> chosen.stream().noneMatch(starter.name()::contains));
    return all;
  }
}
