package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Polls: connections that end with the first messages. */
class LongPollTest {
  private static final UserId USER = new UserId(1);
  private static final String LONG = "&wait=10000";

  private final InMemoryMessageHistory feed = new InMemoryMessageHistory(Runnable::run);
  private final AtomicLong ticks = new AtomicLong();
  private final WebSocketManager manager =
      new WebSocketManager(
          "test",
          HubOptions.defaults().withConnectionsPerUser(2),
          feed,
          (_, _) -> {},
          new InProcessBackplane(),
          InstantSource.system(),
          ticks::get);
  private final HubServer server = new HubServer(manager);
  private final RawClient client = new RawClient(server.port());

  @AfterEach
  void stop() {
    client.close();
    server.close();
    assertThat(manager.registrySize()).isZero();
  }

  private void commit(String json) {
    manager.broadcast(List.of(feed.commit(json, Set.of(USER))));
  }

  /** Sends a poll and waits until the server waits, too. */
  private void startWaiting(String query) {
    long read = feed.readCount();
    client.get("/poll?user=1" + query + LONG);
    await().until(() -> waiting() == 1 && feed.readCount() > read);
  }

  private long waiting() {
    return manager.statistics().of(TransportKind.LONG_POLL).connections();
  }

  private static Message state(long version) {
    return Message.state("s", version, ("{\"s\":" + version + "}").getBytes(UTF_8));
  }

  @Test
  void withoutAPositionTheSnapshotIsAnsweredAtOnce() {
    assertThat(client.poll("user=1" + LONG))
        .containsExactly("position 0", "{\"type\":\"initial_data\",\"seq\":0}");
  }

  @Test
  void whatIsCommittedWhileTheSnapshotIsReadComesWithTheNextPoll() {
    feed.afterNextOpening(() -> commit("{\"n\":1}"));

    assertThat(client.poll("user=1" + LONG))
        .containsExactly("position 0", "{\"type\":\"initial_data\",\"seq\":0}");
    assertThat(client.poll("user=1&since=0" + LONG))
        .containsExactly("position 1", "{\"seq\":1,\"n\":1}");
  }

  @Test
  void whatWasMissedIsAnsweredAtOnceWithTheStates() {
    commit("{\"n\":1}");
    commit("{\"n\":2}");
    feed.states(USER, List.of(state(1)));

    assertThat(client.poll("user=1&since=0" + LONG))
        .containsExactly("position 2", "{\"seq\":1,\"n\":1}", "{\"seq\":2,\"n\":2}", "{\"s\":1}");
  }

  @Test
  void atMostTheWantedNumberIsAnswered() {
    for (int number = 1; number <= 200; number++) {
      commit("{\"n\":" + number + "}");
    }
    assertThat(client.poll("user=1&since=0&limit=3"))
        .startsWith("position 3", "{\"seq\":1,\"n\":1}")
        .hasSize(4);
    assertThat(client.poll("user=1&since=3&limit=100")).startsWith("position 103").hasSize(101);
    assertThat(client.poll("user=1&since=103")).startsWith("position 200").hasSize(98);
  }

  @Test
  void largeMessagesAreAnsweredInParts() {
    String filling = "x".repeat(100_000);
    for (int number = 1; number <= 30; number++) {
      commit("{\"n\":" + number + ",\"filling\":\"" + filling + "\"}");
    }
    assertThat(client.poll("user=1&since=0")).startsWith("position 11").hasSize(12);
  }

  @Test
  void aWaitingPollIsAnsweredWithTheNextChange() {
    startWaiting("&since=0");
    manager.broadcast(
        List.of(
            feed.commit("{\"n\":1}", Set.of(USER)),
            feed.commit("{\"n\":2}", Set.of(USER)),
            Delivery.unnumbered(state(1), Set.of(USER))));

    assertThat(client.readPolled())
        .containsExactly("position 2", "{\"seq\":1,\"n\":1}", "{\"seq\":2,\"n\":2}", "{\"s\":1}");
  }

  @Test
  void aWaitingPollIsAnsweredWhenAnAnnouncementWasLost() {
    startWaiting("&since=0");
    feed.commit("{\"n\":1}", Set.of(USER));
    manager.announce(feed.heads());

    assertThat(client.readPolled()).containsExactly("position 1", "{\"seq\":1,\"n\":1}");
  }

  @Test
  void statesThatAreKnownDoNotEndTheWaitAndNewOnesDo() {
    feed.states(USER, List.of(state(1)));
    startWaiting("&since=0");
    manager.broadcast(state(2), Set.of(USER));

    assertThat(client.readPolled()).containsExactly("position 0", "{\"s\":1}", "{\"s\":2}");
  }

  @Test
  void largeStatesThatAreKnownDoNotEndTheWait() {
    String filling = "x".repeat(2 * HubOptions.defaults().queue().maxBytes());
    feed.states(
        USER, List.of(Message.state("s", 1, ("{\"s\":\"" + filling + "\"}").getBytes(UTF_8))));
    startWaiting("&since=0");
    commit("{\"n\":1}");

    assertThat(client.readPolled()).startsWith("position 1", "{\"seq\":1,\"n\":1}").hasSize(3);
  }

  @Test
  void aPollEndsWithoutMessagesWhenItsTimeIsOver() {
    startWaiting("&since=0");
    ticks.addAndGet(Duration.ofSeconds(10).toNanos() - 1);
    manager.sweep();
    assertThat(waiting()).isEqualTo(1);
    ticks.incrementAndGet();
    await()
        .until(
            () -> {
              manager.sweep();
              return waiting() == 0;
            });
    assertThat(client.readPolled()).containsExactly("position 0");
  }

  @Test
  void aPollThatMustNotWaitIsAnsweredAtOnce() {
    assertThat(client.poll("user=1&since=0")).containsExactly("position 0");
  }

  @Test
  void aClosedPollSaysWhy() {
    startWaiting("&since=0");
    manager.disconnect(USER, _ -> true, CloseReason.SESSION_ENDED);

    assertThat(client.readPolled()).containsExactly("closed 4401");
  }

  @Test
  void aServerThatStopsAnswersPolls() {
    startWaiting("&since=0");
    manager.close();

    assertThat(client.readPolled()).containsExactly("closed 1001");
    assertThat(client.poll("user=1&since=0" + LONG)).containsExactly("closed 1001");
  }

  @Test
  void aPollWhoseClientIsGoneEnds() {
    startWaiting("&since=0");
    client.reset();

    await().until(() -> manager.registrySize() == 0);
  }

  @Test
  void aWaitingPollCountsTowardsTheLimit() {
    startWaiting("&since=0");
    try (RawClient socket = new RawClient(server.port()).open("user=1");
        RawClient other = new RawClient(server.port())) {
      socket.readText();
      assertThat(other.get("/poll?user=1").readHead()).startsWith("HTTP/1.1 429");
      commit("{\"n\":1}");
      client.readPolled();
      assertThat(client.poll("user=1")).startsWith("position 1");
    }
  }
}
