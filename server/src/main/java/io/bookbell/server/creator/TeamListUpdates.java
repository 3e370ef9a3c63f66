package io.bookbell.server.creator;

import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.json.Json;
import io.bookbell.server.storage.Transaction;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Notifies a creator's admins that one of the team's lists has changed: tiers, supporters, team
 * members, invitations or saved replies. The message has no data; clients fetch the list again.
 * Thread-safe.
 */
public final class TeamListUpdates {
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
    Set<UserId> admins = creatorRoles.adminsOf(tx, creatorStore.get(tx, creator));
    Message message =
        Message.of(Json.writeAsBytes(new TeamListUpdateMessage("desk_update", creator, kind)));
    tx.afterCommit(() -> broadcast.accept(message, admins));
  }

  private record TeamListUpdateMessage(String type, UserId creatorId, String kind) {}
}
