package io.bookbell.hub;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where the hub reads what it has to deliver: each user's durable history. Called on event loops,
 * so no method may block; the stages may complete on any thread. A stage that fails closes the
 * connection that waits for it with 1001, and its client comes back.
 *
 * <p>What {@link WebSocketManager#broadcast(List)} announces must be readable here before.
 */
public interface MessageHistory {
  /**
   * Begins a connection. Position and snapshot must be read in one view of the history.
   *
   * @param since where the client was, if it says so
   */
  CompletionStage<HistoryStart> open(UserId user, Optional<Position> since);

  /**
   * Reads on.
   *
   * @param after the number before the first one wanted
   * @param limit the most messages to answer with; fewer mean that there are no more
   */
  CompletionStage<HistoryPage> read(UserId user, long after, int limit);

  /** The states ({@link Message#state}) that follow a replay, each key once. */
  CompletionStage<List<Message>> readStates(UserId user);
}
