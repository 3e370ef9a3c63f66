package io.bookbell.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.epoll.Epoll;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a socket does not take at once: on the short way into it, and through the channel. */
class FrameWriterTest {
  private static final UserId USER = new UserId(1);
  private static final int SMALL_BUFFER = 1 << 12;
  private static final int LARGER_THAN_ANY_BATCH = 200_000;

  /** Several rounds: what overtakes does so in some of them only. */
  static Stream<Boolean> transports() {
    List<Boolean> rounds = new ArrayList<>(List.of(false));
    if (Epoll.isAvailable()) {
      rounds.addAll(Collections.nCopies(8, true));
    }
    return rounds.stream();
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
      List<String> texts = IntStream.rangeClosed(1, 600).mapToObj(FrameWriterTest::text).toList();
      Consumer<String> send = text -> manager.broadcast(List.of(feed.commit(text, Set.of(USER))));
      texts.subList(0, 200).forEach(send);
      await().until(() -> manager.statistics().pendingBytes() > SMALL_BUFFER);
      var read = CompletableFuture.supplyAsync(() -> read(client, texts.size()));
      texts.subList(200, 600).forEach(send);
      assertThat(read.join()).isEqualTo(numbered(texts));
      await().until(() -> manager.statistics().pendingBytes() == 0);
    }
  }

  private static List<String> read(RawClient client, int count) {
    return Stream.generate(client::readText).limit(count).toList();
  }

  private static List<String> numbered(List<String> texts) {
    return IntStream.rangeClosed(1, texts.size())
        .mapToObj(number -> "{\"seq\":" + number + "," + texts.get(number - 1).substring(1))
        .toList();
  }

  private static WebSocketManager manager(Feed feed, Backplane backplane) {
    return new WebSocketManager(
        HubOptions.defaults(), feed, (connection, text) -> {}, backplane, InstantSource.system());
  }

  /**
   * All together they stay below what may wait; sizes from a few bytes to a kilobyte, and one that
   * no batch holds.
   */
  private static String text(int number) {
    int filling = number == 50 ? LARGER_THAN_ANY_BATCH : number * 37 % 1_000;
    return "{\"id\":" + number + ",\"filling\":\"" + "x".repeat(filling) + "\"}";
  }
}
