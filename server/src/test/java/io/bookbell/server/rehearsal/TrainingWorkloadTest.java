package io.bookbell.server.rehearsal;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the workload of the packaging's training run succeeds on the current server. */
class TrainingWorkloadTest {
  @TempDir Path folder;

  @Test
  void itIsPlayedToTheEnd() {
    try (var server = TestServer.demo(TestDatabase.SQLITE, folder)) {
      assertThatCode(
              () ->
                  TrainingWorkload.runRehearsal(
                      URI.create(server.url()).getPort(), TestServer.PASSWORD))
          .doesNotThrowAnyException();
    }
  }
}
