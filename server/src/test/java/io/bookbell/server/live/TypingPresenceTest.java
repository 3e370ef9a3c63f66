package io.bookbell.server.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bookbell.hub.Connection;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.Cast;
import io.bookbell.server.Cast.Person;
import io.bookbell.server.TestServer;
import io.bookbell.server.support.TestDatabase;
import io.bookbell.server.support.TestSocket;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** “A colleague is answering this”: who receives it, and how it ends. */
class TypingPresenceTest {

  @ParameterizedTest
  @EnumSource
  void typingIsShownToTheOthersOfTheTeamOnly(TestDatabase database) {
    Cast cast = TestServer.shared(database).cast();
    long request = cast.supporter().ask(cast.creator(), "Emma");
    long foreign = cast.other().ask(cast.creator(), "Persuasion");
    try (var team = connect(cast.team());
        var creator = connect(cast.creator());
        var supporter = connect(cast.supporter());
        var stranger = connect(cast.stranger())) {
      team.send(says(request));
      JsonNode told = creator.await("answering");
      assertThat(told.get("book_request_id").asLong()).isEqualTo(request);
      assertThat(told.at("/user/user_id").asLong()).isEqualTo(cast.team().id());
      assertThat(told.at("/user/name").asText()).isEqualTo("team");

      team.send("{\"type\":\"answering\",\"book_request_id\":null}");
      awaitNothing(creator, 1);
      team.send(says(foreign));
      creator.await(
          "the other request", message -> message.path("book_request_id").asLong() == foreign);
      team.abort();
      awaitNothing(creator, 2);

      supporter.send(says(request));
      stranger.send(says(request));
      assertThat(supporter.await("error").get("code").asText()).isEqualTo("invalid_answering");
      assertThat(stranger.await("error").get("code").asText()).isEqualTo("invalid_answering");
      for (TestSocket outside : List.of(supporter, stranger, team)) {
        assertThat(outside.messages())
            .noneMatch(message -> message.get("type").asText().equals("answering"));
      }
    }
  }

  @Test
  void typingEndsByItself() {
    var server = TestServer.shared(TestDatabase.SQLITE);
    Cast cast = server.cast();
    long request = cast.supporter().ask(cast.creator(), "Emma");
    var told = new CopyOnWriteArrayList<String>();
    var typingPresence =
        new TypingPresence(
            server.database(),
            server.lists(),
            (message, users) -> told.add(text(message) + users),
            Duration.ofMillis(1));

    typingPresence.startTyping(connection(cast.team()), request, () -> told.add("refused"));

    await().until(() -> told.size() == 2);
    String others = "[" + cast.creator().id() + "]";
    assertThat(told.get(0)).contains("\"book_request_id\":" + request).endsWith(others);
    assertThat(told.get(1)).contains("\"book_request_id\":null").endsWith(others);
  }

  private static String text(Message message) {
    return new String(message.json(), StandardCharsets.UTF_8);
  }

  /** A connection that has only an id and a user. */
  private static Connection connection(Person person) {
    Map<String, Object> answers = Map.of("id", 1L, "user", new UserId(person.id()));
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (_, method, _) -> answers.get(method.getName()));
  }

  private static void awaitNothing(TestSocket socket, int times) {
    await()
        .until(
            () ->
                socket.messages().stream()
                        .filter(message -> message.get("type").asText().equals("answering"))
                        .filter(message -> message.get("book_request_id").isNull())
                        .count()
                    == times);
  }

  private static String says(long request) {
    return "{\"type\":\"answering\",\"book_request_id\":" + request + "}";
  }

  private static TestSocket connect(Person person) {
    var socket = person.client().connect(person.id());
    socket.await("initial_data");
    return socket;
  }
}
