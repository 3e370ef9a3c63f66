package io.bookbell.server.creator;

import io.bookbell.hub.Message;
import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Json;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Tells a creator's team that something behind one of its lists has changed: tiers, supporters, the
 * team, invitations, answers kept ready. What it is now is for the list to say. Thread-safe.
 */
public final class TeamListUpdates {
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final BiConsumer<Message, Set<UserId>> broadcast;

  /**
   * @param broadcast told what is committed, and to whom it goes
   */
  public TeamListUpdates(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      BiConsumer<Message, Set<UserId>> broadcast) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.broadcast = broadcast;
  }

  /** Tells those who are admins after the change, once it is committed. */
  public void broadcastUpdate(Transaction tx, UserId creator, String kind) {
    Set<UserId> admins = creatorRoles.adminsOf(tx, creatorStore.get(tx, creator));
    Message message =
        Message.of(Json.writeAsBytes(new TeamListUpdateMessage("desk_update", creator, kind)));
    tx.afterCommit(() -> broadcast.accept(message, admins));
  }

  private record TeamListUpdateMessage(String type, UserId creatorId, String kind) {}
}
