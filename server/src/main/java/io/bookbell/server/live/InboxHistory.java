package io.bookbell.server.live;

import io.bookbell.hub.HistoryPage;
import io.bookbell.hub.HistoryStart;
import io.bookbell.hub.Message;
import io.bookbell.hub.MessageHistory;
import io.bookbell.hub.Position;
import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.EpochStore;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.InboxStore.InboxBounds;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The message history behind a connection, read from the user's inbox. Thread-safe.
 *
 * <p>It never reads what a user may no longer see: a client whose position is below the inbox's
 * floor gets a new snapshot instead.
 */
final class InboxHistory implements MessageHistory {
  private static final long MAX_REPLAYED = 1000;

  private final Database database;
  private final InboxStore inboxStore;
  private final EpochStore epochStore;
  private final SnapshotReader snapshotReader;

  InboxHistory(
      Database database,
      InboxStore inboxStore,
      EpochStore epochStore,
      SnapshotReader snapshotReader) {
    this.database = database;
    this.inboxStore = inboxStore;
    this.epochStore = epochStore;
    this.snapshotReader = snapshotReader;
  }

  @Override
  public CompletionStage<HistoryStart> open(UserId user, Optional<Position> since) {
    return database.read(tx -> openHistory(tx, user, since));
  }

  private HistoryStart openHistory(Transaction tx, UserId user, Optional<Position> since) {
    InboxBounds inboxBounds = inboxStore.readBounds(tx, user);
    String epoch = epochStore.currentEpoch(tx);
    return since
        .filter(position -> isResumable(tx, user, position, inboxBounds, epoch))
        .map(position -> resumeFrom(epoch, position, inboxBounds))
        .orElseGet(
            () -> {
              var data = snapshotReader.readInitialData(tx, user, epoch, inboxBounds.seq());
              return new HistoryStart.SnapshotStart(
                  new Position(Optional.of(epoch), inboxBounds.seq()),
                  Message.of(Json.writeAsBytes(data)));
            });
  }

  private boolean isResumable(
      Transaction tx, UserId user, Position since, InboxBounds inboxBounds, String epoch) {
    return since.epoch().map(epoch::equals).orElse(true)
        && since.seq() >= inboxBounds.floor()
        && since.seq() <= inboxBounds.seq()
        && inboxBounds.seq() - since.seq() <= MAX_REPLAYED
        && inboxStore.hasAllAfter(tx, user, since.seq(), inboxBounds);
  }

  private static HistoryStart resumeFrom(String epoch, Position since, InboxBounds inboxBounds) {
    var first = new ResumedMessage("resumed", epoch, inboxBounds.seq());
    return new HistoryStart.ResumedStart(
        new Position(Optional.of(epoch), since.seq()), Message.of(Json.writeAsBytes(first)));
  }

  /** The first frame of a resumed connection; {@code seq} is where the replay ends. */
  private record ResumedMessage(String type, String epoch, long seq) {}

  @Override
  public CompletionStage<HistoryPage> read(UserId user, long after, int limit) {
    return database.read(
        tx -> {
          InboxBounds inboxBounds = inboxStore.readBounds(tx, user);
          // the message at the floor itself reports the change of access, and may be read
          if (after + 1 < inboxBounds.floor() || after > inboxBounds.seq()) {
            return new HistoryPage.TruncatedHistory();
          }
          List<HistoryPage.HistoryEntry> entries =
              inboxStore.readAfter(tx, user, after, limit).stream()
                  .map(
                      numberedMessage ->
                          new HistoryPage.HistoryEntry(
                              numberedMessage.seq(), numberedMessage.message()))
                  .toList();
          boolean gap =
              entries.isEmpty() ? after < inboxBounds.seq() : entries.getFirst().seq() != after + 1;
          return gap ? new HistoryPage.TruncatedHistory() : new HistoryPage.HistoryEntries(entries);
        });
  }

  @Override
  public CompletionStage<List<Message>> readStates(UserId user) {
    return database.read(tx -> snapshotReader.creatorStates(tx, user));
  }
}
