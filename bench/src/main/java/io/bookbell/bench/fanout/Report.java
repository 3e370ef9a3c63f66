package io.bookbell.bench.fanout;

import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Prints results as a Markdown table. Stateless. */
final class Report {
  private Report() {}

  /**
   * @param ours the server to compare the others with
   * @param before results of an earlier run; empty to compare with none
   */
  static void table(List<Result> results, String ours, List<Result> before, PrintStream out) {
    out.println(
        "| connections | in flight | server | CPU µs a delivery (least–most) | × "
            + ours
            + " | CPU µs beyond the first | × "
            + ours
            + " | deliveries/s | p50 ms | p99 ms | p99.9 ms |"
            + (before.isEmpty() ? "" : " CPU, × before |"));
    out.println(
        "|---:|---:|---|---|---:|---:|---:|---:|---:|---:|---:|"
            + (before.isEmpty() ? "" : "---:|"));
    results.stream()
        .sorted(
            Comparator.comparingInt((Result result) -> result.load().connections())
                .thenComparingInt(result -> result.load().inFlight()))
        .forEach(result -> out.println(row(result, ours, results, before)));
  }

  private static String row(Result result, String ours, List<Result> results, List<Result> before) {
    String row =
        String.format(
            Locale.ROOT,
            "| %d | %d | %s | %.2f (%.2f–%.2f) | %s | %s | %s | %.0f | %.1f | %.1f | %.1f |",
            result.load().connections(),
            result.load().inFlight(),
            result.server(),
            result.cpuMicros(),
            result.least(),
            result.most(),
            ratio(result, ours, results),
            figure(result.cpuMicrosBeyondFirst(results)),
            ratioBeyondFirst(result, ours, results),
            result.perSecond(),
            result.p50Millis(),
            result.p99Millis(),
            result.p999Millis());
    return before.isEmpty() ? row : row + " " + ratio(result, result.server(), before) + " |";
  }

  private static String ratio(Result result, String other, List<Result> results) {
    return result
        .sameLoadOf(other, results)
        .map(base -> String.format(Locale.ROOT, "%.2f", result.cpuMicros() / base.cpuMicros()))
        .orElse("–");
  }

  private static String ratioBeyondFirst(Result result, String other, List<Result> results) {
    OptionalDouble cpuMicros = result.cpuMicrosBeyondFirst(results);
    OptionalDouble base =
        result
            .sameLoadOf(other, results)
            .map(one -> one.cpuMicrosBeyondFirst(results))
            .orElseGet(OptionalDouble::empty);
    return cpuMicros.isPresent() && base.isPresent()
        ? figure(OptionalDouble.of(cpuMicros.getAsDouble() / base.getAsDouble()))
        : "–";
  }

  private static String figure(OptionalDouble figure) {
    return figure.isPresent() ? String.format(Locale.ROOT, "%.2f", figure.getAsDouble()) : "–";
  }
}
