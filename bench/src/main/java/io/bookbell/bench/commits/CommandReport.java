package io.bookbell.bench.commits;

import static java.util.stream.Collectors.joining;

import io.bookbell.bench.commits.LoadGenerator.Load;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Prints each round's figures when they are known, and the medians of all rounds in the end, as
 * Markdown. A ratio is the median of the rounds' ratios. For one thread.
 */
final class CommandReport {
  private static final String ROUNDS =
      """
      | round | command | load | server | commands/s | µs of CPU each: server without JIT | JIT \
      | database | ms to the last admin: p50 | p99 | failed |
      |---:|---|---|---|---:|---:|---:|---:|---:|---:|---:|""";
  private static final String MEDIANS =
      """
      | command | server | commands/s | ÷ replaced | µs of CPU each: server without JIT + JIT + \
      database | total ÷ replaced | without JIT ÷ replaced | ms to the last admin: p50, p99 |
      |---|---|---:|---:|---:|---:|---:|---:|""";

  private final List<CommandFigures> all = new ArrayList<>();
  private final List<Double> syncsPerSecond = new ArrayList<>();
  private final List<Load> loads;
  private final PrintStream out;

  CommandReport(List<Load> loads, PrintStream out) {
    this.loads = loads;
    this.out = out;
    out.println(ROUNDS);
  }

  /** Takes what the disk does without a server. */
  void addSyncsPerSecond(double syncs) {
    syncsPerSecond.add(syncs);
  }

  void add(CommandFigures figures) {
    all.add(figures);
    out.printf(
        "| %d | %s | %s | %s | %s | %s | %s | %s | %s | %s | %d |%n",
        figures.round(),
        figures.kind().title(),
        figures.load(),
        figures.server().title(),
        number("%.0f", figures.perSecond()),
        number("%.0f", figures.serverMicros()),
        number("%.0f", figures.compilerMicros()),
        number("%.0f", figures.databaseMicros()),
        number("%.1f", figures.p50Millis()),
        number("%.1f", figures.p99Millis()),
        figures.cost().outcome().failed());
  }

  void printMedians() {
    String each = loads.stream().map(Load::toString).collect(joining(" / "));
    out.printf("%nMedians, with %s:%n%n%s%n", each, MEDIANS);
    for (CommandKind kind : CommandKind.values()) {
      for (ServerChoice server : ServerChoice.values()) {
        List<CommandFigures> some =
            all.stream().filter(it -> it.kind() == kind && it.server() == server).toList();
        if (!some.isEmpty()) {
          out.println(medianRow(kind, server, some));
        }
      }
    }
    out.printf(
        "%nThe disk did %s fsyncs/s, one at a time.%n",
        median("%.0f", syncsPerSecond, Double::doubleValue));
  }

  private String medianRow(CommandKind kind, ServerChoice server, List<CommandFigures> some) {
    return "| %s | %s | %s | %s | %s | %s | %s | %s |"
        .formatted(
            kind.title(),
            server.title(),
            eachLoad(some, it -> median("%.0f", it, CommandFigures::perSecond)),
            eachLoad(some, it -> median("%.2f", it, ratio(CommandFigures::perSecond))),
            eachLoad(some, CommandReport::medianMicros),
            eachLoad(some, it -> median("%.2f", it, ratio(CommandFigures::micros))),
            eachLoad(some, it -> median("%.2f", it, ratio(CommandFigures::microsWithoutCompiler))),
            median("%.1f", some, CommandFigures::p50Millis)
                + ", "
                + median("%.1f", some, CommandFigures::p99Millis));
  }

  private String eachLoad(List<CommandFigures> some, Function<List<CommandFigures>, String> cell) {
    return loads.stream()
        .map(load -> cell.apply(some.stream().filter(it -> it.load().equals(load)).toList()))
        .collect(joining(" / "));
  }

  private static String medianMicros(List<CommandFigures> some) {
    return String.join(
        " + ",
        median("%.0f", some, CommandFigures::serverMicros),
        median("%.0f", some, CommandFigures::compilerMicros),
        median("%.0f", some, CommandFigures::databaseMicros));
  }

  /** Divides a figure by the replaced system's in the same round; NaN if there is none. */
  private ToDoubleFunction<CommandFigures> ratio(ToDoubleFunction<CommandFigures> figure) {
    return ours ->
        all.stream()
            .filter(it -> it.server() == ServerChoice.REPLACED && it.isOfSameRound(ours))
            .mapToDouble(replaced -> figure.applyAsDouble(ours) / figure.applyAsDouble(replaced))
            .findFirst()
            .orElse(Double.NaN);
  }

  /** Returns the median of what is known; the larger of the two in the middle of an even number. */
  private static <T> String median(String format, List<T> some, ToDoubleFunction<T> figure) {
    double[] sorted = some.stream().mapToDouble(figure).filter(Double::isFinite).sorted().toArray();
    return number(format, sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2]);
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "–";
  }
}
