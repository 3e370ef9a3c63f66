package io.bookbell.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.CloseReason;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.config.ServerConfig.ConnectionConfig;
import io.bookbell.server.support.TestClient;
import io.bookbell.server.support.TestClient.Reply;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import io.bookbell.server.verify.InvariantVerifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of commands on the first of two nodes without Redis, and of what they end on the second.
 * The cast's stranger is an operator.
 */
abstract class PeopleOnTwoNodes {
  static final int ENDED = CloseReason.SESSION_ENDED.code();

  @TempDir static Path folder;
  static TestServer first;
  static TestServer second;

  Cast cast;
  TestClient creator;

  /** The query of commands that concern the cast's creator. */
  String of;

  /** Only what restarts at once does so here: the second node would spread others over an hour. */
  @BeforeAll
  static void start() {
    var storage = TestDatabase.POSTGRESQL.create(folder);
    first = TestServer.demo(TestServer.config(storage));
    second =
        TestServer.with(
            TestServer.config(storage)
                .withConnections(new ConnectionConfig(20, Duration.ofHours(1), true, false)));
  }

  @AfterAll
  static void stop() {
    second.close();
    first.close();
  }

  @BeforeEach
  void people() {
    cast = first.cast();
    creator = cast.creator().client();
    of = "?creator_id=" + cast.creator().id();
    first
        .database()
        .write(
            tx ->
                tx.update("UPDATE app_user SET operator = TRUE WHERE id = ?", cast.stranger().id()))
        .join();
  }

  @AfterEach
  void everythingIsExact() {
    assertThat(InvariantVerifier.verifyInvariants(first.database()).join().breaches()).isEmpty();
  }

  /** The person's client on the other node. */
  static TestClient elsewhere(Person person) {
    return new TestClient(second.url(), person.client().token());
  }

  static TestSocket open(Person person) {
    TestSocket socket = elsewhere(person).connect(person.id());
    socket.await("initial_data");
    return socket;
  }

  /** Does something to a person's account as the operator. */
  Reply order(Person person, String what) {
    String account = "/api/operator/accounts/" + person.id();
    return cast.stranger().client().post(account + what, "");
  }

  static Reply signInElsewhere(Person person) {
    var login = Map.of("email", person.email(), "password", TestServer.PASSWORD);
    return second.client().post("/api/auth/login", login);
  }

  static Predicate<JsonNode> hasRole(String role) {
    return message ->
        message.path("type").asText().equals("access_changed")
            && message.get("role").asText().equals(role);
  }
}
