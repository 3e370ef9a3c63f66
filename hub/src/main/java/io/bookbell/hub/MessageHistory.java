package io.bookbell.hub;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Each user's durable history, from which the hub reads what it has to deliver. Called on event
 * loops, so no method may block; the stages may complete on any thread. If a stage fails, the
 * connection that waits for it is closed with 1001, and its client reconnects.
 *
 * <p>Whatever {@link WebSocketManager#broadcast(List)} announces must already be readable here.
 */
public interface MessageHistory {
  /**
   * Starts a connection. Position and snapshot must come from one consistent read.
   *
   * @param since the client's position, if it has one
   */
  CompletionStage<HistoryStart> open(UserId user, Optional<Position> since);

  /**
   * Reads a page.
   *
   * @param after the sequence number before the first one wanted
   * @param limit the largest number of messages to return; fewer mean that there are no more
   */
  CompletionStage<HistoryPage> read(UserId user, long after, int limit);

  /** The states ({@link Message#state}) that follow a replay, each key once. */
  CompletionStage<List<Message>> readStates(UserId user);
}
