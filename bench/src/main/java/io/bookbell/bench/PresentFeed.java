package io.bookbell.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.hub.HistoryPage;
import io.bookbell.hub.HistoryStart;
import io.bookbell.hub.Message;
import io.bookbell.hub.MessageHistory;
import io.bookbell.hub.Position;
import io.bookbell.hub.UserId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A message history in which nothing is ever missed: each connection starts with a snapshot at the
 * same sequence number.
 *
 * @param seq every user's latest sequence number
 */
record PresentFeed(long seq) implements MessageHistory {
  @Override
  public CompletionStage<HistoryStart> open(UserId user, Optional<Position> since) {
    Message first = Message.of("{\"type\":\"initial_data\"}".getBytes(UTF_8));
    return CompletableFuture.completedStage(new HistoryStart.SnapshotStart(seq, first));
  }

  @Override
  public CompletionStage<HistoryPage> read(UserId user, long after, int limit) {
    return CompletableFuture.completedStage(new HistoryPage.HistoryEntries(List.of()));
  }

  @Override
  public CompletionStage<List<Message>> readStates(UserId user) {
    return CompletableFuture.completedStage(List.of());
  }
}
