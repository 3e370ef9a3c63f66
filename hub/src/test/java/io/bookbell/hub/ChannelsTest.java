package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Managers of several channels in one process, and what a manager knows of a connection. */
class ChannelsTest {
  private static final UserId USER = new UserId(1);
  private static final Map<String, String> METADATA =
      Map.of("role", "admin", "name", "Ann", "session", "a1");

  private final InProcessBackplane.Bus bus = new InProcessBackplane.Bus();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable part : open.reversed()) {
      part.close();
    }
  }

  private WebSocketManager manager(String channel, Backplane backplane) {
    WebSocketManager manager =
        new WebSocketManager(
            channel,
            HubOptions.defaults(),
            new InMemoryMessageHistory(Runnable::run),
            (_, _) -> {},
            backplane,
            InstantSource.system());
    open.add(manager);
    return manager;
  }

  private RawClient connect(WebSocketManager manager) {
    HubServer server = new HubServer(manager);
    RawClient client = new RawClient(server.port());
    open.add(server);
    open.add(client);
    client.open("user=1");
    assertThat(client.readText()).contains("initial_data");
    return client;
  }

  private static Message message(String text) {
    return Message.of(("{\"type\":\"" + text + "\"}").getBytes(UTF_8));
  }

  @Test
  void managersOfSeveralChannelsNeverHearEachOther() {
    Backplane here = bus.addNode();
    Backplane there = bus.addNode();
    WebSocketManager chat = manager("chat", here);
    WebSocketManager books = manager("book_requests", here);
    RawClient ownChat = connect(chat);
    RawClient ownBooks = connect(books);
    RawClient otherChat = connect(manager("chat", there));
    RawClient otherBooks = connect(manager("book_requests", there));

    chat.sendToUser(USER, message("to_chat"));
    books.sendToUser(USER, message("to_books"));
    chat.sendToUser(USER, message("end"));
    books.sendToUser(USER, message("end"));

    for (RawClient client : List.of(ownChat, otherChat)) {
      assertThat(client.readText()).contains("to_chat");
      assertThat(client.readText()).contains("end");
    }
    for (RawClient client : List.of(ownBooks, otherBooks)) {
      assertThat(client.readText()).contains("to_books");
      assertThat(client.readText()).contains("end");
    }
    assertThat(chat.channel()).isEqualTo("chat");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Chat", "c hat", "ö", "a/b"})
  void aChannelHasASimpleName(String name) {
    Backplane backplane = bus.addNode();
    assertThatThrownBy(() -> manager(name, backplane))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "'");
    assertThatThrownBy(() -> manager("x".repeat(65), backplane))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aConnectionKeepsItsMetadataAndItsChannelNamesItsUser() {
    WebSocketManager manager = manager("chat", bus.addNode());
    Channel channel = new EmbeddedChannel();

    Connection connection = manager.connect(channel, USER, METADATA, Optional.empty());

    assertThat(connection.metadata()).isEqualTo(METADATA);
    assertThat(manager.userOf(channel)).contains(USER);
    assertThat(manager.connectionOf(channel)).contains(connection);
    assertThat(manager.connectionsOf(USER)).containsExactly(connection);
    assertThat(
            manager.disconnect(
                USER, one -> one.metadata().get("role").equals("admin"), CloseReason.NORMAL))
        .isEqualTo(1);
    channel.close();
    await().untilAsserted(() -> assertThat(manager.userOf(channel)).isEmpty());
    assertThat(manager.userOf(new EmbeddedChannel())).isEmpty();
  }
}
