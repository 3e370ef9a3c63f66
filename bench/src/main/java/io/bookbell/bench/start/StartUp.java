package io.bookbell.bench.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Starts a server repeatedly on the same data, alternating with a minimal Java program as a
 * baseline, so that the results of different machines can be compared.
 */
public final class StartUp {
  private static final Duration IDLE = Duration.ofSeconds(20);
  private static final String LINE = "%-34s %8s %8s %8s%n";

  private final Path launcher;
  private final Path data;
  private final List<Long> hello = new ArrayList<>();
  private final List<Long> ready = new ArrayList<>();
  private final List<Long> processor = new ArrayList<>();
  private final List<Long> resident = new ArrayList<>();
  private final List<Long> residentIdle = new ArrayList<>();
  private final List<Long> mappedIdle = new ArrayList<>();

  private StartUp(Path launcher, Path data) {
    this.launcher = launcher;
    this.data = data;
  }

  public static void main(String... arguments) throws Exception {
    Path launcher = Path.of(arguments[0]).toAbsolutePath();
    int times = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    Path data = Files.createTempDirectory("bookbell-start");
    try {
      var start = new StartUp(launcher, data);
      start.layData();
      for (int time = 0; time < times; time++) {
        start.hello();
        start.serve();
      }
      start.tell();
    } finally {
      delete(data);
    }
  }

  private void layData() throws IOException, InterruptedException, TimeoutException {
    try (var demo = Served.start(launcher, data, "demo")) {
      Duration first = demo.ready();
      System.out.printf("The demonstration was laid and served after %d ms%n", first.toMillis());
    }
  }

  private void hello() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    long begun = System.nanoTime();
    Process process =
        new ProcessBuilder(java, "-XX:+UseSerialGC", "-cp", classPath, Hello.class.getName())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("Java could not say hello");
    }
    hello.add(Duration.ofNanos(System.nanoTime() - begun).toMillis());
  }

  private void serve() throws IOException, InterruptedException, TimeoutException {
    try (var server = Served.start(launcher, data, "serve")) {
      ready.add(server.ready().toMillis());
      processor.add(server.processorTime().toMillis());
      resident.add(server.residentKilobytes() >> 10);
      Thread.sleep(IDLE);
      residentIdle.add(server.residentKilobytes() >> 10);
      mappedIdle.add(server.mappedKilobytes() >> 10);
    }
  }

  private void tell() {
    System.out.printf(LINE, "", "median", "best", "worst");
    row("a Java that says hello, ms", hello);
    row("until /health/ready is 200, ms", ready);
    row("processor time until then, ms", processor);
    row("resident when ready, MiB", resident);
    row("resident after %d s idle, MiB".formatted(IDLE.toSeconds()), residentIdle);
    row("of that mapped from files, MiB", mappedIdle);
    System.out.printf(
        "ready takes %.1f times as long as hello%n", (double) median(ready) / median(hello));
  }

  private static void row(String name, List<Long> values) {
    System.out.printf(LINE, name, median(values), Collections.min(values), Collections.max(values));
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().skip((values.size() - 1) / 2).findFirst().orElseThrow();
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
