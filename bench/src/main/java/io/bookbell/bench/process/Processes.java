package io.bookbell.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Reads the resource usage of a process and its descendants from {@code /proc}; see proc(5).
 * Stateless.
 */
public final class Processes {
  private static final long MICROS_PER_TICK = 10_000;
  private static final int UTIME = 11;
  private static final int STIME = 12;

  private Processes() {}

  /** User and system CPU time, in µs, with the kernel's resolution of 10 ms. */
  public static long cpuMicros(ProcessHandle process) {
    return sum(process, Processes::cpuMicros);
  }

  /** Resident memory, in KiB. */
  public static long residentKib(ProcessHandle process) {
    return sum(process, pid -> field(lines(pid, "status"), "VmRSS:"));
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

  private static long cpuMicros(long pid) {
    List<String> lines = lines(pid, "stat");
    if (lines.isEmpty()) {
      return 0;
    }
    String stat = lines.getFirst();
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return MICROS_PER_TICK * (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]));
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

  /** Returns the file's lines; empty if the process has just ended. */
  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException ended) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
