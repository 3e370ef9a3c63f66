package io.bookbell.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Announced numbers reach the connections that are behind, and no others. */
class AnnounceTest {
  private static final UserId ANN = new UserId(1);
  private static final UserId BEN = new UserId(2);

  private final InMemoryMessageHistory feed = new InMemoryMessageHistory(Runnable::run);
  private final Held held = new Held(feed);
  private final Presences presences = new Presences();
  private final WebSocketManager manager =
      new WebSocketManager(
          "test",
          HubOptions.defaults(),
          held,
          (connection, text) -> connection.replyText("echo " + text),
          presences,
          InstantSource.system());
  private final HubServer server = new HubServer(manager);

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void everyConnectionThatIsBehindReadsOn() {
    try (RawClient phone = live("user=1");
        RawClient laptop = live("user=1")) {
      feed.commit("{\"id\":7}", Set.of(ANN, BEN));
      feed.commit("{\"id\":8}", Set.of(ANN));
      manager.announce(feed.heads());
      for (RawClient client : List.of(phone, laptop)) {
        assertThat(client.readText()).isEqualTo("{\"seq\":1,\"id\":7}");
        assertThat(client.readText()).isEqualTo("{\"seq\":2,\"id\":8}");
      }
      assertThat(manager.statistics().gaps()).isEqualTo(2);
    }
  }

  @Test
  void nothingHappensToOneThatHasIt() {
    Delivery known = feed.commit("{\"id\":7}", Set.of(ANN));
    try (RawClient client = live("user=1&since=0")) {
      assertThat(client.readText()).isEqualTo("{\"seq\":1,\"id\":7}");
      assertThat(echo(client)).isEqualTo("echo hello");
      HubStatistics before = manager.statistics();
      manager.announce(known.sequence());
      manager.announce(Map.of(ANN, 0L));
      assertThat(echo(client)).isEqualTo("echo hello");
      HubStatistics after = manager.statistics();
      assertThat(after.repeated()).isEqualTo(before.repeated());
      assertThat(after.gaps()).isEqualTo(before.gaps());
      assertThat(after.emptyAnnouncements()).isZero();
    }
  }

  @Test
  void aManagerListensToItsBackplaneUntilItIsClosed() {
    assertThat(presences.receivers).hasValue(1);
    manager.close();
    assertThat(presences.receivers).hasValue(0);
  }

  @Test
  void oneThatStillCatchesUpReadsAsFar() {
    held.hold();
    try (RawClient client = new RawClient(server.port()).open("user=1")) {
      await().until(() -> held.size() == 1);
      Delivery missed = feed.commit("{\"id\":7}", Set.of(ANN));
      manager.announce(missed.sequence());
      held.release();
      assertThat(client.readText()).isEqualTo("{\"type\":\"initial_data\",\"seq\":0}");
      assertThat(client.readText()).isEqualTo("{\"seq\":1,\"id\":7}");
    }
  }

  @Test
  void theBackplaneHearsOfTheFirstConnectionAndOfTheEndOfTheLast() {
    RawClient phone = live("user=1");
    RawClient laptop = live("user=1");
    phone.close();
    await().until(() -> manager.connectionsOf(ANN).size() == 1);
    assertThat(presences.heard).containsExactly("1 true");
    laptop.close();
    await().untilAsserted(() -> assertThat(presences.heard).containsExactly("1 true", "1 false"));
    manager.tryReserve(BEN).orElseThrow().close();
    assertThat(presences.heard).hasSize(2);
  }

  private RawClient live(String query) {
    RawClient client = new RawClient(server.port()).open(query);
    client.readText();
    return client;
  }

  private static String echo(RawClient client) {
    return client.text("hello").readText();
  }

  /** Reads a history at once, but completes its stages only when released. Any thread. */
  private static final class Held implements MessageHistory {
    private final MessageHistory messageHistory;
    private final ConcurrentLinkedQueue<Runnable> answers = new ConcurrentLinkedQueue<>();
    private volatile boolean holding;

    Held(MessageHistory messageHistory) {
      this.messageHistory = messageHistory;
    }

    void hold() {
      holding = true;
    }

    int size() {
      return answers.size();
    }

    void release() {
      holding = false;
      answers.forEach(Runnable::run);
    }

    @Override
    public CompletionStage<HistoryStart> open(UserId user, Optional<Position> since) {
      return later(messageHistory.open(user, since));
    }

    @Override
    public CompletionStage<HistoryPage> read(UserId user, long after, int limit) {
      return later(messageHistory.read(user, after, limit));
    }

    @Override
    public CompletionStage<List<Message>> readStates(UserId user) {
      return later(messageHistory.readStates(user));
    }

    private <T> CompletionStage<T> later(CompletionStage<T> answer) {
      if (!holding) {
        return answer;
      }
      CompletableFuture<T> given = new CompletableFuture<>();
      answers.add(() -> given.complete(answer.toCompletableFuture().join()));
      return given;
    }
  }

  /** A node without peers that records presence changes and how many receivers it has. */
  private static final class Presences implements Backplane {
    private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    private final AtomicInteger receivers = new AtomicInteger();

    @Override
    public Subscription subscribe(String channel, Consumer<List<Delivery>> receiver) {
      receivers.incrementAndGet();
      return receivers::decrementAndGet;
    }

    @Override
    public void publish(String channel, List<Delivery> change) {}

    @Override
    public void presence(String channel, UserId user, boolean connected) {
      heard.add(user + " " + connected);
    }

    @Override
    public void close() {}
  }
}
