package io.bookbell.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.epoll.Epoll;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a socket does not take at once: on the short way into it, and through the channel. */
class FrameWriterTest {
  private static final UserId USER = new UserId(1);
  private static final int SMALL_BUFFER = 1 << 12;
  private static final int LARGER_THAN_ANY_BATCH = 200_000;

  static Stream<Boolean> transports() {
    return Stream.of(true, false).filter(epoll -> !epoll || Epoll.isAvailable());
  }

  @ParameterizedTest
  @MethodSource("transports")
  void everythingArrivesInOrderWhereTheClientReadsLate(boolean epoll) {
    MemoryFeed feed = new MemoryFeed(Runnable::run);
    try (Backplane backplane = new InProcessBackplane();
        WebSocketManager manager = manager(feed, backplane);
        HubServer server = new HubServer(manager, epoll);
        RawClient client = new RawClient(server.port(), SMALL_BUFFER).open("user=1")) {
      client.readText();
      List<String> texts = IntStream.rangeClosed(1, 200).mapToObj(FrameWriterTest::text).toList();
      texts.forEach(text -> manager.broadcast(List.of(feed.commit(text, Set.of(USER)))));
      await().until(() -> manager.statistics().pendingBytes() > SMALL_BUFFER);
      for (int number = 1; number <= texts.size(); number++) {
        String expected = "{\"seq\":" + number + "," + texts.get(number - 1).substring(1);
        assertThat(client.readText()).isEqualTo(expected);
      }
      await().until(() -> manager.statistics().pendingBytes() == 0);
    }
  }

  private static WebSocketManager manager(Feed feed, Backplane backplane) {
    return new WebSocketManager(
        HubOptions.defaults(), feed, (connection, text) -> {}, backplane, InstantSource.system());
  }

  /** Sizes from a few bytes to some kilobytes, and one that no batch holds. */
  private static String text(int number) {
    int filling = number == 50 ? LARGER_THAN_ANY_BATCH : number * 37 % 4_000;
    return "{\"id\":" + number + ",\"filling\":\"" + "x".repeat(filling) + "\"}";
  }
}
