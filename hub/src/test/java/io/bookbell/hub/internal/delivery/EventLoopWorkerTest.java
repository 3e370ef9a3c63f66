package io.bookbell.hub.internal.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.HubServer;
import io.bookbell.hub.InMemoryMessageHistory;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.LongPoll;
import io.bookbell.hub.Message;
import io.bookbell.hub.Position;
import io.bookbell.hub.RawClient;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Broadcasts to so many connections that the event loop worker delays the flush to coalesce
 * changes.
 */
class EventLoopWorkerTest {
  private static final int MANY = 200;
  private static final Set<UserId> EVERYONE =
      LongStream.rangeClosed(1, MANY).mapToObj(UserId::new).collect(Collectors.toSet());

  private final InMemoryMessageHistory feed = new InMemoryMessageHistory(Runnable::run);
  private final InProcessBackplane backplane = new InProcessBackplane();
  private final WebSocketManager manager =
      new WebSocketManager(
          "test",
          HubOptions.defaults(),
          feed,
          (connection, text) -> {},
          backplane,
          InstantSource.system());
  private final HubServer server = new HubServer(manager);
  private final List<RawClient> clients = new ArrayList<>();

  @BeforeEach
  void connect() {
    for (int user = 1; user <= MANY; user++) {
      RawClient client = new RawClient(server.port()).open("user=" + user);
      client.readText();
      clients.add(client);
    }
  }

  @AfterEach
  void stop() {
    clients.forEach(RawClient::close);
    server.close();
    backplane.close();
  }

  @Test
  void everyConnectionGetsEverythingInOrder() {
    for (int number = 1; number <= 3; number++) {
      manager.broadcast(List.of(feed.commit("{\"id\":" + number + "}", EVERYONE)));
    }
    for (RawClient client : clients) {
      for (int number = 1; number <= 3; number++) {
        assertThat(client.readText()).isEqualTo("{\"seq\":" + number + ",\"id\":" + number + "}");
      }
    }
  }

  @Test
  void aPollIsAnsweredAfterTheSocketsOfItsLoopWhateverItsListenerDoes() {
    UserId user = new UserId(1);
    LocalConnection socket = (LocalConnection) manager.connectionsOf(user).getFirst();
    EventLoop loop = socket.eventLoopWorker().eventLoop();
    var read = new CompletableFuture<String>();
    LongPoll poll =
        new LongPoll(
            loop,
            10,
            Duration.ofMinutes(1),
            _ -> {
              read.complete(clients.getFirst().readText());
              throw new IllegalStateException("a listener that fails");
            });
    LocalConnection waiting =
        (LocalConnection)
            manager.connectPoll(
                poll,
                manager.tryReserve(user).orElseThrow(),
                Map.of(),
                Optional.of(Position.of(0)));
    await().until(() -> loop.submit(() -> waiting.connectionState().isLive()).get());
    manager.broadcast(List.of(feed.commit("{\"id\":1}", EVERYONE)));

    assertThat(read).succeedsWithin(Duration.ofSeconds(30)).isEqualTo("{\"seq\":1,\"id\":1}");
    for (RawClient client : clients.subList(1, MANY)) {
      assertThat(client.readText()).isEqualTo("{\"seq\":1,\"id\":1}");
    }
    manager.broadcast(List.of(feed.commit("{\"id\":2}", EVERYONE)));
    for (RawClient client : clients) {
      assertThat(client.readText()).isEqualTo("{\"seq\":2,\"id\":2}");
    }
  }

  @Test
  void eachBroadcastIsMeasuredOnceUntilItsLastConnection() {
    var measured = new CopyOnWriteArrayList<Long>();
    long begun = System.nanoTime();
    manager.onBroadcast(measured::add);
    Delivery first = feed.commit("{\"id\":1}", EVERYONE);
    manager.broadcast(List.of(first));
    clients.forEach(RawClient::readText);
    await().until(() -> measured.size() == 1);

    manager.broadcast(List.of(first)); // everybody has it already, so nothing is flushed
    await().until(() -> measured.size() == 2);
    manager.broadcast(Message.of("{}".getBytes(UTF_8)), Set.of(new UserId(MANY + 1)));
    manager.deliverLocally(List.of(feed.commit("{\"id\":2}", EVERYONE)));
    manager.broadcast(List.of(feed.commit("{\"id\":3}", EVERYONE)));
    clients.forEach(client -> assertThat(client.readText()).contains("\"id\":2"));
    clients.forEach(client -> assertThat(client.readText()).contains("\"id\":3"));

    await().until(() -> measured.size() == 3);
    assertThat(measured).allMatch(nanos -> nanos >= 0 && nanos < System.nanoTime() - begun);
  }

  @Test
  void aConnectionThatClosesMeanwhileHoldsNobodyUp() {
    manager.broadcast(List.of(feed.commit("{\"id\":1}", EVERYONE)));
    clients.subList(0, MANY / 2).forEach(RawClient::close);
    for (RawClient client : clients.subList(MANY / 2, MANY)) {
      assertThat(client.readText()).isEqualTo("{\"seq\":1,\"id\":1}");
    }
  }
}
