package io.bookbell.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bookbell prepare}, which runs the server and records what it needs for a start. */
class PreparedCacheTest {
  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  @TempDir Path folder;

  private UnpackedPackage unpacked;
  private Path cache;

  @BeforeEach
  void unpack() throws IOException {
    unpacked = new UnpackedPackage(folder);
    cache = unpacked.home().resolve("bookbell.aot");
  }

  @Test
  void theServerStartsFromTheCacheThatATrainingRunHasMade() throws Exception {
    Process training = prepare(Map.of("BOOKBELL_DATABASE_URL", "jdbc:postgresql://none:1/none"));

    assertThat(training.waitFor(TIMEOUT)).isTrue();
    assertThat(unpacked.said())
        .containsSubsequence(" s  starting", " s  recording", " s  writing", " s  prepared");
    assertThat(training.exitValue()).isZero();
    assertThat(unfinishedFolders()).isEmpty();
    assertThatItServes(Map.of("BOOKBELL_JAVA_OPTS", "-XX:AOTMode=on")); // or not at all
  }

  @Test
  void aFailedTrainingRunSaysWhyAndKeepsTheOldCache() throws Exception {
    Files.writeString(cache, "an old one");

    Process training = prepare(Map.of("BOOKBELL_JAVA_OPTS", "-Xshare:off")); // what caches need

    assertThat(training.waitFor(TIMEOUT)).isTrue();
    assertThat(unpacked.said()).contains("-Xshare:off", "could not be created");
    assertThat(training.exitValue()).isEqualTo(1);
    assertThat(cache).hasContent("an old one");
    assertThat(unfinishedFolders()).isEmpty();
    assertThatItServes(Map.of());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aKilledTrainingRunLeavesNothingRunning(boolean forcibly) throws Exception {
    Process training = prepare(Map.of());
    Awaitility.await().atMost(TIMEOUT).until(() -> unpacked.said().contains("starting Bookbell"));
    Awaitility.await().atMost(TIMEOUT).until(() -> training.descendants().count() == 2);
    List<ProcessHandle> started = training.descendants().toList(); // the server and its guard

    if (forcibly) {
      training.destroyForcibly();
    } else {
      training.destroy();
    }

    Awaitility.await()
        .atMost(TIMEOUT)
        .until(() -> started.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(training.waitFor(TIMEOUT)).isTrue();
    assertThat(cache).doesNotExist();
    if (!forcibly) {
      assertThat(unpacked.said()).doesNotContain("could not");
      assertThat(unfinishedFolders()).isEmpty();
    }
  }

  private Process prepare(Map<String, String> settings) throws IOException {
    return unpacked.start(settings, "prepare");
  }

  private List<Path> unfinishedFolders() throws IOException {
    try (Stream<Path> files = Files.list(unpacked.home())) {
      return files.filter(file -> file.getFileName().toString().startsWith("prepare.")).toList();
    }
  }

  private void assertThatItServes(Map<String, String> settings) throws Exception {
    Process process = unpacked.start(settings, "serve");
    try {
      Awaitility.await().atMost(TIMEOUT).until(() -> unpacked.said().contains("/setup#"));
    } finally {
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
