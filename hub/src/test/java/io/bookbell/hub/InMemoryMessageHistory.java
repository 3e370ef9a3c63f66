package io.bookbell.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Histories in memory. Any thread may commit and read; this object's lock guards the state. An
 * executor completes the stages, so that a test can delay them.
 */
public final class InMemoryMessageHistory implements MessageHistory {
  private final Map<UserId, List<Message>> histories = new HashMap<>();
  private final Map<UserId, List<Message>> states = new HashMap<>();
  private final Executor executor;
  private final AtomicReference<Runnable> afterOpening = new AtomicReference<>(() -> {});
  private long statesRead;

  public InMemoryMessageHistory(Executor executor) {
    this.executor = executor;
  }

  /** Stores a message in the histories of these users, and returns it with its number in each. */
  public synchronized Delivery commit(String json, Set<UserId> users) {
    Message message = Message.of(json.getBytes(UTF_8));
    Map<UserId, Long> sequence = new HashMap<>();
    for (UserId user : users) {
      List<Message> history = histories.computeIfAbsent(user, _ -> new ArrayList<>());
      history.add(message);
      sequence.put(user, (long) history.size());
    }
    return Delivery.numbered(message, sequence);
  }

  synchronized void states(UserId user, List<Message> messages) {
    states.put(user, messages);
  }

  /**
   * Runs something once: when a history has been opened next, before its connection learns that.
   */
  void afterNextOpening(Runnable work) {
    afterOpening.set(work);
  }

  /** The text stored with this number. */
  synchronized String committed(UserId user, long seq) {
    return new String(histories.get(user).get(Math.toIntExact(seq - 1)).json(), UTF_8);
  }

  /** How often states were read, which is the last step before a connection is live. */
  synchronized long readCount() {
    return statesRead;
  }

  synchronized long head(UserId user) {
    return histories.getOrDefault(user, List.of()).size();
  }

  /** Each user's highest number, as a poll would find it. */
  synchronized Map<UserId, Long> heads() {
    Map<UserId, Long> found = new HashMap<>();
    histories.forEach((user, history) -> found.put(user, (long) history.size()));
    return found;
  }

  @Override
  public CompletionStage<HistoryStart> open(UserId user, Optional<Position> since) {
    return answer(
        () -> {
          HistoryStart start = opening(user, since);
          afterOpening.getAndSet(() -> {}).run();
          return start;
        });
  }

  private synchronized HistoryStart opening(UserId user, Optional<Position> since) {
    long head = head(user);
    Optional<Position> usable = since.filter(position -> position.seq() <= head);
    return usable.isPresent()
        ? new HistoryStart.ResumedStart(usable.get().seq(), first("resumed", head))
        : new HistoryStart.SnapshotStart(head, first("initial_data", head));
  }

  private static Message first(String type, long seq) {
    return Message.of(("{\"type\":\"" + type + "\",\"seq\":" + seq + "}").getBytes(UTF_8));
  }

  @Override
  public CompletionStage<HistoryPage> read(UserId user, long after, int limit) {
    return answer(() -> page(user, after, limit));
  }

  private synchronized HistoryPage page(UserId user, long after, int limit) {
    List<Message> history = histories.getOrDefault(user, List.of());
    List<HistoryPage.HistoryEntry> entries = new ArrayList<>();
    for (long seq = after + 1; seq <= Math.min(after + limit, history.size()); seq++) {
      entries.add(new HistoryPage.HistoryEntry(seq, history.get(Math.toIntExact(seq - 1))));
    }
    return new HistoryPage.HistoryEntries(entries);
  }

  @Override
  public CompletionStage<List<Message>> readStates(UserId user) {
    return answer(() -> currentStates(user));
  }

  private synchronized List<Message> currentStates(UserId user) {
    statesRead++;
    return states.getOrDefault(user, List.of());
  }

  private <T> CompletionStage<T> answer(Supplier<T> read) {
    return CompletableFuture.supplyAsync(read, executor);
  }
}
