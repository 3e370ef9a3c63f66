package io.bookbell.server.live;

import io.bookbell.hub.Feed;
import io.bookbell.hub.Message;
import io.bookbell.hub.Opening;
import io.bookbell.hub.Page;
import io.bookbell.hub.Position;
import io.bookbell.hub.UserId;
import io.bookbell.server.inbox.Epochs;
import io.bookbell.server.inbox.Inbox;
import io.bookbell.server.inbox.Inbox.Head;
import io.bookbell.server.storage.Database;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Json;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The history behind a connection, read from the user's inbox. Thread-safe.
 *
 * <p>What a user may no longer see is never read: below the floor of the inbox a client gets a
 * fresh snapshot instead.
 */
final class InboxFeed implements Feed {
  private static final long MOST_REPLAYED = 1000;

  private final Database database;
  private final Inbox inbox;
  private final Epochs epochs;
  private final Snapshots snapshots;

  InboxFeed(Database database, Inbox inbox, Epochs epochs, Snapshots snapshots) {
    this.database = database;
    this.inbox = inbox;
    this.epochs = epochs;
    this.snapshots = snapshots;
  }

  @Override
  public CompletionStage<Opening> open(UserId user, Optional<Position> since) {
    return database.read(tx -> open(tx, user, since));
  }

  private Opening open(Transaction tx, UserId user, Optional<Position> since) {
    Head head = inbox.head(tx, user);
    String epoch = epochs.current(tx);
    return since
        .filter(position -> usable(tx, user, position, head, epoch))
        .map(position -> resumed(epoch, position, head))
        .orElseGet(
            () -> {
              var data = snapshots.take(tx, user, epoch, head.seq());
              return new Opening.Snapshot(head.seq(), Message.of(Json.bytes(data)));
            });
  }

  private boolean usable(Transaction tx, UserId user, Position since, Head head, String epoch) {
    return since.epoch().map(epoch::equals).orElse(true)
        && since.seq() >= head.floor()
        && since.seq() <= head.seq()
        && head.seq() - since.seq() <= MOST_REPLAYED
        && inbox.keepsEverythingAfter(tx, user, since.seq(), head);
  }

  private static Opening resumed(String epoch, Position since, Head head) {
    var first = new Resumed("resumed", epoch, head.seq());
    return new Opening.Resumed(since.seq(), Message.of(Json.bytes(first)));
  }

  /** The first frame of a connection that goes on; {@code seq} is where the replay will end. */
  private record Resumed(String type, String epoch, long seq) {}

  @Override
  public CompletionStage<Page> read(UserId user, long after, int limit) {
    return database.read(
        tx -> {
          Head head = inbox.head(tx, user);
          // the message at the floor itself says that access has changed, and may be read
          if (after + 1 < head.floor() || after > head.seq()) {
            return new Page.Truncated();
          }
          List<Page.Entry> entries =
              inbox.read(tx, user, after, limit).stream()
                  .map(numbered -> new Page.Entry(numbered.seq(), numbered.message()))
                  .toList();
          boolean gap =
              entries.isEmpty() ? after < head.seq() : entries.getFirst().seq() != after + 1;
          return gap ? new Page.Truncated() : new Page.Entries(entries);
        });
  }

  @Override
  public CompletionStage<List<Message>> states(UserId user) {
    return database.read(tx -> snapshots.creatorStates(tx, user));
  }
}
