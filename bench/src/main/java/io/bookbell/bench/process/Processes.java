package io.bookbell.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads the resource usage of a process and its descendants from {@code /proc}; see proc(5).
 * Stateless.
 */
public final class Processes {
  /** Has Java keep its compilers' threads, and with them their CPU time, while they are idle. */
  public static final String COMPILERS_STAY = "-XX:-UseDynamicNumberOfCompilerThreads";

  private static final Pattern COMPILER = Pattern.compile("^\\d+ \\(C[12] Compiler");
  private static final long MICROS_PER_TICK = 10_000;
  private static final int UTIME = 11;
  private static final int STIME = 12;
  private static final int CUTIME = 13;
  private static final int CSTIME = 14;

  private Processes() {}

  /** User and system CPU time, in µs, with the kernel's resolution of 10 ms. */
  public static long cpuMicros(ProcessHandle process) {
    return sum(process, pid -> cpuMicros(lines(pid, "stat"), UTIME, STIME));
  }

  /** As {@link #cpuMicros(ProcessHandle)}, and that of the children that have ended. */
  public static long cpuMicrosWithEnded(ProcessHandle process) {
    return sum(process, pid -> cpuMicros(lines(pid, "stat"), UTIME, STIME, CUTIME, CSTIME));
  }

  /**
   * The part of {@link #cpuMicros(ProcessHandle)} that Java's compilers have used. It doesn't
   * decrease if the server runs with {@link #COMPILERS_STAY}.
   */
  public static long compilerMicros(ProcessHandle process) {
    return children(Path.of("/proc", Long.toString(process.pid()), "task")).stream()
        .map(thread -> lines(thread.resolve("stat")))
        .filter(stat -> stat.stream().anyMatch(COMPILER.asPredicate()))
        .mapToLong(stat -> cpuMicros(stat, UTIME, STIME))
        .sum();
  }

  /** Resident memory, in KiB. */
  public static long residentKib(ProcessHandle process) {
    return sum(process, pid -> field(lines(pid, "status"), "VmRSS:"));
  }

  /** The highest that the resident memory has been so far, in KiB. */
  public static long peakResidentKib(ProcessHandle process) {
    return sum(process, pid -> field(lines(pid, "status"), "VmHWM:"));
  }

  /** The part of the resident memory that is mapped from files, in KiB. */
  public static long mappedKib(ProcessHandle process) {
    return sum(process, pid -> field(lines(pid, "status"), "RssFile:"));
  }

  /** The kernel memory of the whole machine for sockets and slabs, in KiB. */
  public static long kernelKib() {
    List<String> memory = lines(Path.of("/proc/meminfo"));
    long pages =
        lines(Path.of("/proc/net/sockstat")).stream()
            .filter(line -> line.startsWith("TCP:"))
            .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
            .sum();
    return field(memory, "Slab:") + 4 * pages;
  }

  private static long sum(ProcessHandle process, ToLongFunction<Long> figure) {
    return Stream.concat(Stream.of(process), process.descendants())
        .mapToLong(one -> figure.applyAsLong(one.pid()))
        .sum();
  }

  private static long cpuMicros(List<String> stat, int... ticks) {
    if (stat.isEmpty()) {
      return 0;
    }
    String line = stat.getFirst();
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    return MICROS_PER_TICK * IntStream.of(ticks).mapToLong(at -> Long.parseLong(fields[at])).sum();
  }

  private static long field(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  private static List<String> lines(long pid, String file) {
    return lines(Path.of("/proc", Long.toString(pid), file));
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the file's lines; empty if the process has just ended. */
  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      if (Files.exists(file)) {
        throw new UncheckedIOException(e);
      }
      return List.of();
    }
  }
}
