package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.ChannelOption;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Server-sent events from the same history and registry as WebSockets. */
class EventStreamTest {
  private static final UserId USER = new UserId(1);
  private static final int SMALL_BUFFER = 1 << 12;

  private final InMemoryMessageHistory feed = new InMemoryMessageHistory(Runnable::run);
  private final AtomicLong ticks = new AtomicLong();
  private final WebSocketManager manager =
      new WebSocketManager(
          "test",
          HubOptions.defaults(),
          feed,
          (_, _) -> {},
          new InProcessBackplane(),
          InstantSource.system(),
          ticks::get);
  private final HubServer server = new HubServer(manager);

  @AfterEach
  void stop() {
    server.close();
    assertThat(manager.registrySize()).isZero();
  }

  private RawClient open(String query) {
    return new RawClient(server.port()).openStream("user=1" + query);
  }

  private void commit(String json) {
    manager.broadcast(List.of(feed.commit(json, Set.of(USER))));
  }

  @Test
  void numberedMessagesHaveAnIdAndOthersHaveNone() {
    try (RawClient client = open("")) {
      assertThat(client.readEvent())
          .containsExactly(
              "id: 0", "event: initial_data", "data: {\"type\":\"initial_data\",\"seq\":0}");
      commit("{\"type\":\"x\"}");
      manager.sendToUser(
          USER, Message.of("{\"a\":[{\"type\":\"y\"}],\"type\":\"z\"}".getBytes(UTF_8)));
      commit("{}");

      assertThat(client.readEvent())
          .containsExactly("id: 1", "event: x", "data: {\"seq\":1,\"type\":\"x\"}");
      assertThat(client.readEvent())
          .containsExactly("event: z", "data: {\"a\":[{\"type\":\"y\"}],\"type\":\"z\"}");
      assertThat(client.readEvent()).containsExactly("id: 2", "data: {\"seq\":2}");
    }
  }

  @Test
  void aMessageOfSeveralLinesIsOneLine() {
    try (RawClient client = open("")) {
      client.readEvent();
      commit("{\"a\":\r\n\"b\\n\"}");

      assertThat(client.readEvent()).containsExactly("id: 1", "data: {\"seq\":1,\"a\":  \"b\\n\"}");
    }
  }

  @Test
  void aStreamResumesAfterAPosition() {
    for (int number = 1; number <= 5; number++) {
      commit("{\"n\":" + number + "}");
    }
    feed.states(USER, List.of(Message.state("s", 1, "{\"s\":1}".getBytes(UTF_8))));
    try (RawClient client = open("&since=3")) {
      assertThat(client.readEvent())
          .containsExactly("event: resumed", "data: {\"type\":\"resumed\",\"seq\":5}");
      assertThat(client.readEvent()).containsExactly("id: 4", "data: {\"seq\":4,\"n\":4}");
      assertThat(client.readEvent()).containsExactly("id: 5", "data: {\"seq\":5,\"n\":5}");
      assertThat(client.readEvent()).containsExactly("data: {\"s\":1}");
    }
  }

  @Test
  void aCommentComesEveryFifteenSeconds() {
    try (RawClient client = open("")) {
      client.readEvent();
      await().until(() -> manager.statistics().of(TransportKind.EVENT_STREAM).connections() == 1);
      for (int comment = 1; comment <= 3; comment++) {
        ticks.addAndGet(Duration.ofSeconds(15).toNanos() - 1);
        manager.sweep();
        commit("{\"n\":" + comment + "}");
        assertThat(client.readLine()).as("too early for a comment").startsWith("id: ");
        client.readEvent();
        ticks.incrementAndGet();
        manager.sweep();
        assertThat(client.readLine()).isEqualTo(":");
      }
    }
  }

  @Test
  void aClosedStreamSaysWhyAndEnds() {
    try (RawClient client = open("")) {
      client.readEvent();
      manager.disconnect(USER, _ -> true, CloseReason.SESSION_ENDED);

      assertThat(client.readEvent())
          .containsExactly(
              "event: close",
              "data: {\"type\":\"close\",\"code\":4401,\"reason\":\"session ended\"}");
      assertThat(client.readEnd()).isTrue();
    }
  }

  @Test
  void aStreamOfAServerThatStopsSaysWhenToComeBack() {
    try (RawClient client = open("")) {
      client.readEvent();
      manager.close();

      List<String> close = client.readEvent();
      int retry = Integer.parseInt(close.getFirst().replace("retry: ", ""));
      assertThat(retry).as("browsers keep it for later").isBetween(1000, 5000);
      assertThat(close.getLast())
          .isEqualTo(
              "data: {\"type\":\"close\",\"code\":1001,\"reason\":\"" + (retry - 1000) + "\"}");
      assertThat(client.readEnd()).isTrue();
    }
  }

  @Test
  void aSlowReaderIsClosedBetweenEventsAndLosesNothing() {
    String filling = "x".repeat(20_000);
    List<Long> numbers = new ArrayList<>();
    long last = 0;
    try (RawClient client = new RawClient(server.port(), SMALL_BUFFER).openStream("user=1")) {
      client.readEvent();
      while (manager.statistics().delivered() == 0) { // before, it catches up at its own pace
        commit("{\"n\":" + ++last + "}");
        numbers.add(Long.parseLong(client.readEvent().getFirst().substring(4)));
      }
      while (manager.statistics().slowCloses() == 0 && last < 1000) {
        commit("{\"n\":" + ++last + ",\"filling\":\"" + filling + "\"}");
      }
      await().until(() -> manager.statistics().slowCloses() == 1);
      List<String> event = client.readEvent();
      for (; event.getFirst().startsWith("id: "); event = client.readEvent()) {
        numbers.add(Long.parseLong(event.getFirst().substring(4)));
        assertThat(event.getLast()).endsWith(filling + "\"}");
      }
      assertThat(event.getLast()).contains("\"code\":4408");
    }
    long seen = numbers.isEmpty() ? 0 : numbers.getLast();
    assertThat(seen).isLessThan(last);
    try (RawClient client = open("&since=" + seen)) {
      assertThat(client.readEvent()).contains("event: resumed");
      for (long number = seen + 1; number <= last; number++) {
        assertThat(client.readEvent().getFirst()).isEqualTo("id: " + number);
      }
    }
  }

  /** Nobody hears of a client whose network is gone, because it never sends anything anyway. */
  @Test
  void theKernelDropsAClientThatAcknowledgesNothingForAMinute() {
    assumeTrue(Epoll.isAvailable());
    EmbeddedChannel channel = new EmbeddedChannel();
    ChannelOption<Integer> byName =
        ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_USER_TIMEOUT");
    assertThat(byName).isSameAs(EpollChannelOption.TCP_USER_TIMEOUT);
    assertThat(channel.config().setOption(byName, 1)).as("other transports ignore it").isFalse();
    channel.close();
  }

  @Test
  void aClientThatSendsBehindItsRequestIsCutOff() {
    try (RawClient client = open("")) {
      client.readEvent();
      client.write(new byte[100_000]);

      assertThat(client.readEvent().getLast()).contains("\"code\":4429");
    }
  }

  @Test
  void whatFollowsTheRequestInTheSameSegmentIsNoRequest() {
    String request = "GET /stream?user=1&after=20 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    try (RawClient client = new RawClient(server.port())) {
      client.write((request + "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc").getBytes(UTF_8));
      client.readHead();
      client.readEvent();
      commit("{\"n\":1}");
      assertThat(client.readEvent()).contains("id: 1");
    }
  }

  @Test
  void evenACloseForWhatFollowsTheRequestComesBehindTheHead() {
    String request = "GET /stream?user=1&after=20 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    try (RawClient client = new RawClient(server.port())) {
      client.write((request + "x".repeat(100_000)).getBytes(UTF_8));
      assertThat(client.readHead()).startsWith("HTTP/1.1 200");
      assertThat(client.readEvent().getLast()).contains("\"code\":4429");
    }
  }

  @Test
  void aStreamCountsLikeASocketUntilItIsGone() {
    try (RawClient client = open("")) {
      client.readEvent();
      Connection connection = manager.connectionsOf(USER).getFirst();
      assertThat(connection.transport()).isEqualTo(TransportKind.EVENT_STREAM);
      assertThat(manager.statistics().connections()).isEqualTo(1);
      client.reset();
      await().until(() -> manager.connectedUsers().isEmpty());
    }
    assertThat(manager.statistics().of(TransportKind.EVENT_STREAM))
        .isEqualTo(new HubStatistics.OfTransport(0, 1));
  }
}
