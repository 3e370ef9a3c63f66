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

  /** The server's pings aren't taken either, so they're no progress. */
  @Test
  void whoTakesNothingOfWhatWasMissedIsClosedHoweverAliveItIs() {
    for (int number = 1; number <= 40; number++) {
      var _ = feed.commit(large(), Set.of(USER));
    }
    try (RawClient stalled = new RawClient(server.port(), 4096)) {
      stalled.open("user=1&since=0");
      awaitFullSocket();
      for (int second = 0; second < 100 && manager.statistics().slowCloses() == 0; second += 5) {
        long before = heard.get();
        stalled.text("heard");
        await().until(() -> heard.get() > before || manager.statistics().slowCloses() > 0);
        pass(Duration.ofSeconds(5));
      }
      await().until(() -> manager.statistics().slowCloses() == 1);
    }
  }

  @Test
  void pongsDoNotPileUpForWhoReadsNothing() {
    try (RawClient stalled = new RawClient(server.port(), 4096)) {
      stalled.open("user=1");
      await().until(() -> manager.statistics().connections() == 1);
      for (int number = 0; number < 10; number++) {
        manager.broadcast(List.of(feed.commit(large(), Set.of(USER))));
      }
      awaitFullSocket();
      long before = manager.statistics().pendingBytes();
      for (byte number = 1; number <= 100; number++) {
        stalled.control(PING, number);
      }
      stalled.text("heard");
      await().until(() -> heard.get() == 1);
      assertThat(manager.statistics().pendingBytes()).isLessThanOrEqualTo(before);

      for (int texts = 0; texts < 11; texts++) {
        stalled.readText();
      }
      await().until(() -> manager.statistics().pendingBytes() == 0);
      manager.sweep();
      RawClient.Frame pong = stalled.read();
      assertThat(pong.kind()).isEqualTo(PONG);
      assertThat(pong.payload().get(0)).as("the newest ping").isEqualTo((byte) 100);
    }
  }

  private static String large() {
    return "{\"text\":\"" + "x".repeat(50_000) + "\"}";
  }

  private void awaitFullSocket() {
    await().until(() -> manager.statistics().pendingBytes() > 100_000);
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
