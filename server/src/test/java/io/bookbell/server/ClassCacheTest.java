package io.bookbell.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** In a Java of its own each time: the cache here is mapped as the options of this one say. */
@EnabledOnOs(OS.LINUX)
class ClassCacheTest {
  @Test
  void whatIsOnlyReadIsReleasedAndComesBack() throws Exception {
    List<Integer> held = held("-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=0");

    assertThat(held.get(0)).as("KiB only read, before").isPositive();
    assertThat(held.get(2)).as("KiB only read, after").isLessThan(held.get(0) * 3 / 4);
  }

  @Test
  void whatJavaHasRewrittenStays() throws Exception {
    List<Integer> held = held("-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=1");

    assertThat(held.get(2)).as("KiB only read, after").isEqualTo(held.get(0));
    assertThat(held.get(1)).as("KiB rewritten, before").isPositive();
    assertThat(held.get(3)).as("KiB rewritten, after").isGreaterThanOrEqualTo(held.get(1));
  }

  private static List<Integer> held(String... options) throws Exception {
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of(options));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), Probe.class.getName()));
    Process java = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(java.getInputStream().readAllBytes(), UTF_8);
    assertThat(java.waitFor()).as(said).isZero();
    return said.lines().map(Integer::valueOf).toList();
  }

  /** Says how much of the cache it holds, read and rewritten, before and after it releases it. */
  static final class Probe {
    public static void main(String[] arguments) throws IOException {
      kib(" r--p ", "Rss:"); // so that what it needs is loaded
      tell();
      ClassCache.releaseMappings();
      tell();
    }

    private static void tell() throws IOException {
      System.out.println(kib(" r--p ", "Rss:"));
      System.out.println(kib(" ", "Anonymous:"));
    }

    private static int kib(String mode, String what) throws IOException {
      int sum = 0;
      boolean within = false;
      for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
        if (line.matches("\\p{XDigit}+-\\p{XDigit}+ .*")) {
          within = line.contains(mode) && line.endsWith(".jsa");
        } else if (within && line.startsWith(what)) {
          sum += Integer.parseInt(line.replaceAll("\\D", ""));
        }
      }
      return sum;
    }
  }
}
