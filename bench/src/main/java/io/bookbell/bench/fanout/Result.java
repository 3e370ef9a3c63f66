package io.bookbell.bench.fanout;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * What one server did in one case: the median of several runs.
 *
 * @param cpuMicros user and system time of the server process for each delivery
 * @param least the least of it in any run
 * @param most the most of it in any run
 * @param perSecond deliveries
 * @param p50Millis from the sending of a text to its arrival on a connection
 */
record Result(
    String server,
    Case load,
    double cpuMicros,
    double least,
    double most,
    double perSecond,
    double p50Millis,
    double p99Millis,
    double p999Millis) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One load.
   *
   * @param inFlight how many texts are under way at once
   */
  record Case(int connections, int inFlight) {}

  /** One run of a load. */
  record Run(
      double cpuMicros, double perSecond, double p50Millis, double p99Millis, double p999Millis) {}

  static Result of(String server, Case load, List<Run> runs) {
    return new Result(
        server,
        load,
        median(runs, Run::cpuMicros),
        runs.stream().mapToDouble(Run::cpuMicros).min().orElseThrow(),
        runs.stream().mapToDouble(Run::cpuMicros).max().orElseThrow(),
        median(runs, Run::perSecond),
        median(runs, Run::p50Millis),
        median(runs, Run::p99Millis),
        median(runs, Run::p999Millis));
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
    return runs.stream()
        .sorted(Comparator.comparingDouble(figure))
        .skip(runs.size() / 2)
        .mapToDouble(figure)
        .findFirst()
        .orElseThrow();
  }

  /** The result of the same load for another server or at another time. */
  Optional<Result> sameLoadOf(String other, List<Result> results) {
    return results.stream()
        .filter(result -> result.server.equals(other) && result.load.equals(load))
        .findFirst();
  }

  static void save(List<Result> results, Path file) throws IOException {
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), results);
  }

  static List<Result> read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), new TypeReference<>() {});
  }
}
