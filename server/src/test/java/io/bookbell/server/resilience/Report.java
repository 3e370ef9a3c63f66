package io.bookbell.server.resilience;

import io.bookbell.hub.TransportKind;
import io.bookbell.hub.UserId;
import io.bookbell.server.resilience.workload.Follower.Totals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Formats the results of a campaign. Stateless. */
final class Report {
  private Report() {}

  /** The results of the load and its clients, compared with the inbox heads. */
  static List<String> delivery(Load load, Clients clients, Delays delays, Map<UserId, Long> heads) {
    var lines = new ArrayList<String>();
    lines.add(line("commands acknowledged", load.history().done().size()));
    lines.add(line("commands refused", load.history().refused().size()));
    lines.add(line("commands in doubt (refused when sent again)", load.history().unknown().size()));
    lines.add(line("commands sent again", load.retries()));
    lines.add(line("commands without any answer", load.failed().size()));
    lines.add(line("answers 500", load.errors().size()));
    lines.add(line("clients", clients.size()));
    lines.add(line("resumptions", clients.sum(Totals::resumptions)));
    lines.add(line("of them after 1001", clients.sum(Totals::sentAway)));
    lines.add(line("snapshots", clients.sum(Totals::snapshots)));
    lines.add(line("messages expected", clients.expected(heads)));
    lines.add(line("messages delivered", clients.sum(Totals::received)));
    for (TransportKind transport : TransportKind.values()) {
      String name = transport.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      lines.add(line("  by " + name, clients.receivedBy(transport)));
    }
    lines.add(line("messages lost", clients.lost(heads)));
    lines.add(line("messages duplicated", clients.sum(Totals::repeated)));
    lines.add(line("worst delay", delays.worst()));
    lines.add(line("worst delay without a fault", delays.worstCalm()));
    return lines;
  }

  /** How often each fault was injected, and the worst delay during it. */
  static List<String> faults(Map<Fault, Integer> inflicted, Delays delays) {
    var lines = new ArrayList<String>();
    lines.add(line("worst delay while only Redis was faulty", delays.worstOfRedis()));
    lines.add(line("worst delay while only Redis was stopped", delays.worstWithRedisGone()));
    lines.add(
        line("faults injected", inflicted.values().stream().mapToInt(Integer::intValue).sum()));
    inflicted.forEach(
        (fault, times) ->
            lines.add(
                "  %-42s %4d   worst delay %8s"
                    .formatted(fault, times, seconds(delays.worstDuring(fault)))));
    return lines;
  }

  /** A failure and its causes, one per line. */
  static String told(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .map(Throwable::toString)
        .distinct()
        .collect(Collectors.joining("\n  because of "));
  }

  static String line(String what, long value) {
    return "%-46s %10d".formatted(what, value);
  }

  private static String line(String what, Duration value) {
    return "%-46s %10s".formatted(what, seconds(value));
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1000.0);
  }

  /** Writes a report to the console and to the build folder. */
  static void tell(String name, String text) {
    System.out.println(text);
    try {
      Files.writeString(Path.of("target", name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
