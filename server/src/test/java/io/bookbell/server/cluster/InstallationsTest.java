package io.bookbell.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Domain;
import io.bookbell.server.TestServer;
import io.bookbell.server.backup.BackupRestorer;
import io.bookbell.server.backup.BackupWriter;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.embedded.RedisServer;

/** Several installations on one Redis don't affect each other. */
class InstallationsTest {
  @TempDir Path folder;

  @Test
  void twoOnOneRedisDoNotHearEachOther() throws IOException {
    int port = FreePort.next();
    var redis = new RedisServer(port);
    redis.start();
    try (var one = server(port);
        var two = server(port);
        var onOne = one.signIn("reader1").connect(101);
        var onTwo = two.signIn("reader1").connect(101)) {
      JsonNode start = onTwo.await("initial_data");
      onOne.await("initial_data");

      ask(one, "Kindred");
      awaitBook(onOne, "Kindred");
      ask(two, "Beloved");
      JsonNode own = awaitBook(onTwo, "Beloved");

      assertThat(own.get("seq").asLong()).isEqualTo(start.get("seq").asLong() + 1);
      assertThat(onTwo.messages())
          .noneMatch(message -> message.at("/book_request/title").asText().equals("Kindred"));
    } finally {
      redis.stop();
    }
  }

  private TestServer server(int redis) {
    ServerConfig serverConfig = TestServer.config(TestDatabase.POSTGRESQL.create(folder));
    return TestServer.demo(
        serverConfig.withRedis(
            new ServerConfig.RedisConfig(
                URI.create("redis://127.0.0.1:" + redis),
                Optional.empty(),
                ServerConfig.RedisConfig.PREFIX)));
  }

  private static void ask(TestServer server, String title) {
    var wanted = Map.of("creator_id", 1, "title", title, "author", "Somebody");
    server.signIn("reader1").post("/api/book-requests", wanted).expect(201);
  }

  private static JsonNode awaitBook(TestSocket socket, String title) {
    return socket.await(title, message -> message.at("/book_request/title").asText().equals(title));
  }

  @ParameterizedTest
  @EnumSource
  void anIdBelongsToTheDatabaseAndNotToItsBackup(TestDatabase database) throws IOException {
    Path file = folder.resolve("backup");
    try (var original = new Domain(database, made("original"));
        var copy = new Domain(database, made("copy"));
        var another = new Domain(database, made("another"))) {
      String id = installation(original);
      String ofCopy = installation(copy);
      original.creator("mara");
      BackupWriter.writeBackup(original.database(), file).join();

      BackupRestorer.restoreBackup(copy.database(), file, false).join();
      BackupRestorer.restoreBackup(another.database(), file, false).join();
      BackupRestorer.restoreBackup(original.database(), file, true).join();

      assertThat(installation(original)).isEqualTo(id);
      assertThat(installation(copy)).isEqualTo(ofCopy).isNotEqualTo(id);
      assertThat(installation(another)).isNotEqualTo(id).isNotEqualTo(ofCopy);
    }
  }

  private Path made(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name));
  }

  private static String installation(Domain domain) {
    return domain.read(tx -> EpochStore.installationId(tx));
  }
}
