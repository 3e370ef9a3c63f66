package io.bookbell.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a WebSocket is pinged and dropped, by a clock that only the test advances. */
class KeepAliveTest {
  private static final UserId USER = new UserId(1);
  private static final int PING = 9;
  private static final int PONG = 10;

  private final InMemoryMessageHistory feed = new InMemoryMessageHistory(Runnable::run);
  private final AtomicLong ticks = new AtomicLong();
  private final AtomicLong heard = new AtomicLong();
  private final WebSocketManager manager =
      new WebSocketManager(
          "test",
          HubOptions.defaults().withConnectionsPerUser(1),
          feed,
          (_, _) -> heard.incrementAndGet(),
          new InProcessBackplane(),
          InstantSource.system(),
          ticks::get);
  private final HubServer server = new HubServer(manager);
  private final RawClient client = new RawClient(server.port());

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private void open() {
    client.open("user=1");
    client.readText();
    await().until(() -> manager.statistics().connections() == 1);
  }

  private void pass(Duration time) {
    ticks.addAndGet(time.toNanos());
    manager.sweep();
  }

  private void commit(int number) {
    manager.broadcast(List.of(feed.commit("{\"n\":" + number + "}", Set.of(USER))));
  }

  @Test
  void aPingComesEvery25SecondsAndSilenceOf60SecondsEndsTheConnection() {
    open();
    pass(Duration.ofSeconds(25).minusNanos(1));
    commit(1);
    assertThat(client.read().text()).as("too early for a ping").contains("\"n\":1");
    pass(Duration.ofNanos(1));
    assertThat(client.read().kind()).isEqualTo(PING);
    pass(Duration.ofSeconds(25));
    assertThat(client.read().kind()).isEqualTo(PING);
    pass(Duration.ofSeconds(10).minusNanos(1));
    commit(2);
    assertThat(client.readText()).as("not silent for long enough").contains("\"n\":2");

    pass(Duration.ofNanos(1));

    assertThat(client.readEnd()).isTrue();
    await().until(() -> manager.statistics().silentDrops() == 1);
    assertThat(manager.statistics().connections()).isZero();
  }

  @Test
  void aPongKeepsTheConnectionForAnother60Seconds() {
    open();
    pass(Duration.ofSeconds(59));
    assertThat(client.read().kind()).isEqualTo(PING);
    client.control(PONG);
    client.text("heard"); // behind the pong: once it is there, so is the pong
    await().until(() -> heard.get() == 1);

    pass(Duration.ofSeconds(59));
    commit(1);

    assertThat(client.readText()).contains("\"n\":1");
    assertThat(manager.statistics().silentDrops()).isZero();
  }

  @Test
  void whoHasNoSlotLeftIsClosedWith1008() {
    open();
    try (RawClient second = new RawClient(server.port())) {
      second.open("user=1&unreserved=1");

      RawClient.Frame close = second.readClose();

      assertThat(close.closeCode()).isEqualTo(1008);
      assertThat(close.closeText()).isEqualTo("too many connections");
    }
    assertThat(manager.connectionsOf(USER)).hasSize(1);
  }
}
