package io.bookbell.server.rehearsal;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packaging plays through is what the server understands. */
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
