package io.bookbell.hub.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.Backplane;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.HubServer;
import io.bookbell.hub.InMemoryMessageHistory;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.RawClient;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import io.netty.channel.epoll.Epoll;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Partial writes, on direct writes to the socket and through the channel. */
class FrameWriterTest {
  private static final UserId USER = new UserId(1);
  private static final int SMALL_BUFFER = 1 << 12;
  private static final int LARGER_THAN_ANY_BATCH = 200_000;

  private final List<String> texts =
      IntStream.rangeClosed(1, 600).mapToObj(FrameWriterTest::text).toList();
  private final InMemoryMessageHistory feed = new InMemoryMessageHistory(Runnable::run);

  /** Counted down when the client has read so much that its socket has room again. */
  private final CountDownLatch room = new CountDownLatch(60);

  private final CountDownLatch held = new CountDownLatch(1);

  static Stream<Boolean> transports() {
    return Stream.of(true, false).filter(epoll -> !epoll || Epoll.isAvailable());
  }

  /**
   * The event loop is blocked until there is room, so that it has more to write before it notices.
   */
  @ParameterizedTest
  @MethodSource("transports")
  void nothingOvertakesWhatTheSocketDidNotTake(boolean epoll) throws InterruptedException {
    Backplane backplane = new InProcessBackplane();
    var manager =
        new WebSocketManager(
            "test",
            HubOptions.defaults(),
            feed,
            (_, _) -> hold(),
            backplane,
            InstantSource.system());
    try (manager;
        HubServer server = new HubServer(manager, epoll);
        RawClient client = new RawClient(server.port(), SMALL_BUFFER).open("user=1")) {
      client.readText();
      broadcast(manager, texts.subList(0, 400));
      await().until(() -> manager.statistics().pendingBytes() > SMALL_BUFFER);
      client.text("hold");
      held.await();
      broadcast(manager, texts.subList(400, 600));
      assertThat(CompletableFuture.supplyAsync(() -> read(client)).join()).isEqualTo(numbered());
      await().until(() -> manager.statistics().pendingBytes() == 0);
    }
  }

  private void hold() {
    held.countDown();
    try {
      room.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void broadcast(WebSocketManager manager, List<String> some) {
    some.forEach(text -> manager.broadcast(List.of(feed.commit(text, Set.of(USER)))));
  }

  private List<String> read(RawClient client) {
    return Stream.generate(client::readText)
        .limit(texts.size())
        .peek(_ -> room.countDown())
        .toList();
  }

  private List<String> numbered() {
    return IntStream.rangeClosed(1, texts.size())
        .mapToObj(number -> "{\"seq\":" + number + "," + texts.get(number - 1).substring(1))
        .toList();
  }

  /** All together are less than the queue's limit; one is larger than any batch. */
  private static String text(int number) {
    int filling = number == 300 ? LARGER_THAN_ANY_BATCH : number * 37 % 1_000;
    return "{\"id\":" + number + ",\"filling\":\"" + "x".repeat(filling) + "\"}";
  }
}
