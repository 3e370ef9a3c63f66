package io.bookbell.server.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.support.FreePort;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import redis.embedded.RedisServer;

/**
 * Two nodes with the demonstration data on one PostgreSQL. Tests share a pair, and create people of
 * their own on the first node ({@link TestServer#cast}).
 */
record NodePair(TestServer first, TestServer second, Optional<RedisServer> redis)
    implements AutoCloseable {

  /** What tells a node at once that the other one has committed something. */
  enum Doorbell {
    /** Each node polls the database. */
    NONE,
    REDIS,
    /** Redis is configured but doesn't run, so each node polls. */
    REDIS_THAT_IS_AWAY
  }

  static NodePair start(Doorbell doorbell, Path folder) throws IOException {
    ServerConfig serverConfig = TestServer.config(TestDatabase.POSTGRESQL.create(folder));
    Optional<RedisServer> redis = Optional.empty();
    if (doorbell != Doorbell.NONE) {
      int port = FreePort.next();
      if (doorbell == Doorbell.REDIS) {
        redis = Optional.of(new RedisServer(port));
        redis.get().start();
      }
      serverConfig =
          serverConfig.withRedis(
              new ServerConfig.RedisConfig(
                  URI.create("redis://127.0.0.1:" + port),
                  Optional.empty(),
                  ServerConfig.RedisConfig.PREFIX));
    }
    return new NodePair(TestServer.demo(serverConfig), TestServer.with(serverConfig), redis);
  }

  /** Returns the same session of a person, at the second node. */
  TestClient atSecond(Person person) {
    return new TestClient(second.url(), person.client().token());
  }

  /** Connects a person to the first node and waits for the snapshot. */
  TestSocket connectToFirst(Person person) {
    return connect(person, person.client());
  }

  /** Connects a person to the second node and waits for the snapshot. */
  TestSocket connectToSecond(Person person) {
    return connect(person, atSecond(person));
  }

  private static TestSocket connect(Person person, TestClient client) {
    TestSocket socket = client.connect(person.id());
    socket.await("initial_data");
    return socket;
  }

  /** Replies to a request. */
  static void reply(TestClient client, long request, String words) {
    client.post("/api/book-requests/" + request + "/reply", Map.of("body", words)).expect(201);
  }

  static int count(TestSocket socket, String type) {
    return (int)
        socket.messages().stream()
            .filter(message -> message.path("type").asText().equals(type))
            .count();
  }

  static boolean showsNotice(JsonNode message, String notice) {
    return message.at("/creator/notice").asText().equals(notice);
  }

  @Override
  public void close() throws IOException {
    second.close();
    first.close();
    if (redis.isPresent()) {
      redis.get().stop();
    }
  }
}
