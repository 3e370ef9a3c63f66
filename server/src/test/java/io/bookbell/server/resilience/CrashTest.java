package io.bookbell.server.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.resilience.workload.OwnPostgres;
import io.bookbell.server.resilience.workload.ServerProcess;
import io.bookbell.server.support.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Invariants 1 to 4 and 7 under {@code kill -9} in the middle of 200 commands, repeatedly on the
 * same data. {@code -Dcrash.rounds} sets the number of rounds; {@code -Dseed} repeats a run's
 * commands and the times of its crashes.
 */
class CrashTest {
  private static final int ROUNDS = Integer.getInteger("crash.rounds", 6);

  @TempDir private Path folder;

  private final AtomicReference<String> url = new AtomicReference<>();
  private ServerProcess server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLostWhenTheServerIsKilled(TestDatabase database) {
    StorageConfig storageConfig = database.create(folder);
    wage(
        "the server on " + database + " killed",
        ROUNDS,
        storageConfig,
        campaign -> {
          campaign.wave(server::kill);
          serve(storageConfig, "serve");
        });
  }

  @Test
  void nothingIsLostWhenPostgresIsKilled() {
    try (var postgres = new OwnPostgres(folder.resolve("postgres"))) {
      wage(
          "PostgreSQL killed",
          Math.ceilDiv(ROUNDS, 4),
          postgres.storage(),
          campaign -> {
            campaign.wave(
                () -> {
                  postgres.kill();
                  postgres.restart();
                });
            campaign.awaitReady();
          });
      server.close();
    }
  }

  private void wage(
      String what, int rounds, StorageConfig storageConfig, Consumer<CrashCampaign> strike) {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.printf("Crash test, %s: %d rounds, -Dseed=%d%n", what, rounds, seed);
    long begun = System.nanoTime();
    layData(storageConfig);
    serve(storageConfig, "serve");
    try (var campaign = new CrashCampaign(storageConfig, new Random(seed), url::get)) {
      for (int round = 1; round <= rounds; round++) {
        strike.accept(campaign);
        campaign.check();
      }
      campaign.settle();
      Duration taken = Duration.ofNanos(System.nanoTime() - begun);
      System.out.printf("Crash test, %s: %s, %d s%n", what, campaign.summary(), taken.toSeconds());
    }
    server.kill();
    verify(storageConfig);
  }

  /**
   * Creates the demonstration data. Shuts down in order, so that the process writes the class
   * archive with which the others start faster.
   */
  private void layData(StorageConfig storageConfig) {
    serve(storageConfig, "demo");
    server.terminate();
    server.awaitEnd();
  }

  private void serve(StorageConfig storageConfig, String command) {
    server = ServerProcess.start(folder, settings(storageConfig), command);
    url.set(server.awaitReady());
  }

  private void verify(StorageConfig storageConfig) {
    try (var verify = ServerProcess.start(folder, settings(storageConfig), "verify")) {
      assertThat(verify.awaitEnd()).as(verify.output()).isZero();
    }
  }

  private static Map<String, String> settings(StorageConfig storageConfig) {
    return ServerProcess.settings(storageConfig, 0);
  }
}
