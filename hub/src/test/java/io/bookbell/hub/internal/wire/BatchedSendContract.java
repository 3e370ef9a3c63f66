package io.bookbell.hub.internal.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookbell.hub.BatchSenderProvider;
import io.bookbell.hub.CloseReason;
import io.bookbell.hub.Delivery;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.HubServer;
import io.bookbell.hub.InMemoryMessageHistory;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.Message;
import io.bookbell.hub.RawClient;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The contract of batched writes to many connections, extended by a test without a {@link
 * BatchSenderProvider} and by the test of each provider.
 */
public abstract class BatchedSendContract {
  /** More than one system call takes, on each of the server's event loops. */
  private static final int MANY = 2 * BatchedSocketWriter.MAX_WRITERS + 88;

  private static final int SMALL_BUFFER = 1 << 12;

  /** Clients that don't read for now. */
  private static final Set<UserId> STALLED = users(7, 14);

  private static final Set<UserId> EVERYONE = users(1, MANY);

  private final InMemoryMessageHistory feed = new InMemoryMessageHistory(Runnable::run);
  private final InProcessBackplane backplane = new InProcessBackplane();
  private final List<RawClient> clients = new ArrayList<>();
  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private WebSocketManager manager;
  private HubServer server;

  private static Set<UserId> users(int first, int last) {
    return LongStream.rangeClosed(first, last).mapToObj(UserId::new).collect(Collectors.toSet());
  }

  /** Checks that the hub has found the provider that it should find. */
  protected abstract void checkProvider(Optional<BatchSenderProvider> provider);

  private void start(boolean ring) {
    if (ring) {
      checkProvider(BatchSenderLoader.findProvider().join());
    }
    manager =
        new WebSocketManager(
            "test",
            HubOptions.defaults().withBatchedSends(ring),
            feed,
            (_, _) -> hold(),
            backplane,
            InstantSource.system());
    server = new HubServer(manager);
    for (int user = 1; user <= MANY; user++) {
      RawClient client = new RawClient(server.port(), SMALL_BUFFER).open("user=" + user);
      client.readText();
      clients.add(client);
    }
    // so that each event loop creates its sender
    manager.broadcast(Message.of("{\"text\":\"to all\"}".getBytes(UTF_8)), EVERYONE);
    clients.forEach(client -> assertThat(client.readText()).contains("to all"));
  }

  @AfterEach
  void stop() {
    clients.forEach(RawClient::close);
    server.close();
    backplane.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoTakesNothingHoldsNobodyUpAndMissesNothing(boolean ring) {
    start(ring);
    var texts = new ArrayList<String>();
    IntStream.range(0, 100).forEach(_ -> send("x".repeat(4_000), STALLED, texts));
    int before = texts.size();
    IntStream.range(0, 20).forEach(number -> send("y".repeat(number), EVERYONE, texts));
    for (UserId user : EVERYONE) {
      if (!STALLED.contains(user)) {
        expect(user, texts.subList(before, texts.size()));
      }
    }
    STALLED.forEach(user -> expect(user, texts));
    await().until(() -> manager.statistics().pendingBytes() == 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aChangeThatFillsTheBufferTwiceStaysInOrder(boolean ring) {
    start(ring);
    List<String> texts =
        IntStream.range(0, 600).mapToObj(number -> number + "z".repeat(1_000)).toList();
    Set<UserId> two = users(1, 2);
    manager.broadcast(texts.stream().map(text -> commit(text, two)).toList());
    two.forEach(user -> expect(user, texts));
  }

  /** The event loop is blocked meanwhile, so that both happen in one turn of it. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasSentBeforeAGoodbyeArrivesBeforeIt(boolean ring) throws InterruptedException {
    start(ring);
    UserId user = new UserId(1);
    clients.getFirst().text("hold");
    held.await();
    send("before", Set.of(user), new ArrayList<>());
    manager.disconnect(user, _ -> true, CloseReason.GOING_AWAY);
    goOn.countDown();
    expect(user, List.of("before"));
    assertThat(clients.getFirst().read().kind()).isEqualTo(RawClient.CLOSE);
  }

  private void hold() {
    held.countDown();
    try {
      goOn.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(String text, Set<UserId> users, List<String> texts) {
    texts.add(text);
    manager.broadcast(List.of(commit(text, users)));
  }

  private Delivery commit(String text, Set<UserId> users) {
    return feed.commit("{\"text\":\"" + text + "\"}", users);
  }

  private void expect(UserId user, List<String> texts) {
    RawClient client = clients.get((int) user.value() - 1);
    for (int number = 1; number <= texts.size(); number++) {
      assertThat(client.readText()).isEqualTo(numbered(number, texts.get(number - 1)));
    }
  }

  private static String numbered(int number, String text) {
    return "{\"seq\":" + number + ",\"text\":\"" + text + "\"}";
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoGoesMeanwhileHoldsNobodyUp(boolean ring) {
    start(ring);
    clients.subList(0, MANY / 2).forEach(RawClient::close);
    send("still here", EVERYONE, new ArrayList<>());
    for (RawClient client : clients.subList(MANY / 2, MANY)) {
      assertThat(client.readText()).isEqualTo(numbered(1, "still here"));
    }
    await().until(() -> manager.statistics().connections() == MANY - MANY / 2);
  }
}
