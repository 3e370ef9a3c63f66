package io.bookbell.server.creator;

import io.bookbell.hub.Delivery;
import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.creator.StateVersions.StateVersion;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Transaction;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Notifies a creator's admins that one of the team's lists has changed: tiers, supporters, team
 * members, invitations or saved replies. The message has no data; clients fetch the list again. It
 * is a state message for each kind of change. Thread-safe.
 */
public final class TeamListUpdates {
  private final StateVersions stateVersions = new StateVersions();
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final BiConsumer<Message, Set<UserId>> broadcast;

  /**
   * @param broadcast sends a message to users, after the commit
   */
  public TeamListUpdates(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      BiConsumer<Message, Set<UserId>> broadcast) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.broadcast = broadcast;
  }

  /** Notifies those who are admins after the change, once it is committed. */
  public void broadcastUpdate(Transaction tx, UserId creator, String kind) {
    Delivery update = toDelivery(tx, stateVersions.increment(tx, creator, kind));
    tx.afterCommit(() -> broadcast.accept(update.message(), update.unnumbered()));
  }

  /** Returns the message about a change of a list, for those who are admins now. */
  public Delivery toDelivery(Transaction tx, StateVersion changed) {
    var update = new TeamListUpdateMessage("desk_update", changed.creatorId(), changed.kind());
    return Delivery.unnumbered(
        Message.state(changed.key(), changed.version(), Json.writeAsBytes(update)),
        creatorRoles.adminsOf(tx, creatorStore.get(tx, changed.creatorId())));
  }

  private record TeamListUpdateMessage(String type, UserId creatorId, String kind) {}
}
