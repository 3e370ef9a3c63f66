package io.bookbell.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.ClientMessageHandler;
import io.bookbell.hub.Connection;
import io.bookbell.hub.Delivery;
import io.bookbell.hub.HistoryPage;
import io.bookbell.hub.HistoryStart;
import io.bookbell.hub.HubOptions;
import io.bookbell.hub.InProcessBackplane;
import io.bookbell.hub.Message;
import io.bookbell.hub.MessageHistory;
import io.bookbell.hub.Position;
import io.bookbell.hub.UserId;
import io.bookbell.hub.WebSocketManager;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * A counter that everyone connected sees: any text from a client adds one. The history is a list in
 * memory, the same for every user, and guarded by this object's lock. The hub calls {@link #onText}
 * and the methods of {@link MessageHistory} on event loops.
 */
final class SharedCounter implements ClientMessageHandler, MessageHistory {
  private final List<Message> history = new ArrayList<>();
  private final WebSocketManager hub =
      new WebSocketManager(
          "counter",
          HubOptions.defaults(),
          this,
          this,
          new InProcessBackplane(),
          InstantSource.system());

  WebSocketManager hub() {
    return hub;
  }

  @Override
  public void onText(Connection connection, String text) {
    Message message;
    Map<UserId, Long> numbers = new HashMap<>();
    synchronized (this) {
      message = json("{\"count\":" + (history.size() + 1) + ",\"by\":" + connection.user() + "}");
      history.add(message);
      hub.connectedUsers().forEach(user -> numbers.put(user, (long) history.size()));
    }
    hub.broadcast(List.of(Delivery.numbered(message, numbers)));
  }

  @Override
  public synchronized CompletionStage<HistoryStart> open(UserId user, Optional<Position> since) {
    long head = history.size();
    Message first = json("{\"connected\":" + user + ",\"count\":" + head + "}");
    return CompletableFuture.completedFuture(
        since
            .filter(position -> position.seq() <= head)
            .<HistoryStart>map(position -> new HistoryStart.ResumedStart(position.seq(), first))
            .orElse(new HistoryStart.SnapshotStart(head, first)));
  }

  @Override
  public synchronized CompletionStage<HistoryPage> read(UserId user, long after, int limit) {
    int from = Math.toIntExact(after);
    int to = Math.min(from + limit, history.size());
    return CompletableFuture.completedFuture(
        new HistoryPage.HistoryEntries(
            IntStream.range(from, to)
                .mapToObj(index -> new HistoryPage.HistoryEntry(index + 1L, history.get(index)))
                .toList()));
  }

  @Override
  public CompletionStage<List<Message>> readStates(UserId user) {
    return CompletableFuture.completedFuture(List.of());
  }

  private static Message json(String text) {
    return Message.of(text.getBytes(UTF_8));
  }
}
