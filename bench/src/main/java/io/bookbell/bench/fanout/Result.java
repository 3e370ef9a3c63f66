package io.bookbell.bench.fanout;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * One server's result for one load, the median of several runs.
 *
 * @param cpuMicros user and system time of the server process per delivery
 * @param least the smallest {@code cpuMicros} of any run
 * @param most the largest {@code cpuMicros} of any run
 * @param perSecond deliveries per second
 * @param p50Millis median time from sending a text to its arrival on a connection
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
   * A load.
   *
   * @param inFlight the number of texts in flight at once
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

  /** Returns the result for the same load of another server or another run. */
  Optional<Result> sameLoadOf(String other, List<Result> results) {
    return results.stream()
        .filter(result -> result.server.equals(other) && result.load.equals(load))
        .findFirst();
  }

  /**
   * Returns the server process's time per delivery beyond the first one of each text, in µs, which
   * leaves out taking and storing the text. An upper bound: with a single connection, texts follow
   * each other faster, and so cost a little less themselves.
   *
   * @param results contains the result with a single connection, if it was measured
   */
  OptionalDouble cpuMicrosBeyondFirst(List<Result> results) {
    if (load.connections == 1) {
      return OptionalDouble.empty();
    }
    return results.stream()
        .filter(one -> one.server.equals(server) && one.load.equals(new Case(1, load.inFlight)))
        .mapToDouble(one -> (cpuMicros * load.connections - one.cpuMicros) / (load.connections - 1))
        .findFirst();
  }

  static void save(List<Result> results, Path file) throws IOException {
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), results);
  }

  static List<Result> read(Path file) throws IOException {
    return JSON.readValue(file.toFile(), new TypeReference<>() {});
  }
}
