package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.membership.MembershipChange;
import io.bookbell.server.storage.Transaction;
import java.util.Collection;
import java.util.Optional;

/** What the sources of memberships change, over all features. Thread-safe. */
final class SyncedMemberships implements MembershipChange {
  private final Services services;

  SyncedMemberships(Services services) {
    this.services = services;
  }

  @Override
  public Optional<Long> findTier(Transaction tx, UserId creator, UserId user) {
    return services.followedTiers.findTier(tx, creator, user);
  }

  @Override
  public Optional<Long> findBest(Transaction tx, UserId creator, Collection<Long> tiers) {
    return services.followedTiers.findBest(tx, creator, tiers);
  }

  @Override
  public void giveTier(Transaction tx, UserId creator, UserId user, long tier, String source) {
    if (services.quotas.isSupporter(tx, creator, user)) {
      services.followedTiers.moveSupporter(tx, creator, user, tier, source);
    } else {
      lockPresent(tx, user);
      services.supporters.addSyncedSupporter(tx, services.creators.get(tx, creator), user, tier);
      services.followedTiers.recordJoin(tx, creator, user, source);
    }
  }

  /** An account that is being removed gets no further membership. */
  private static void lockPresent(Transaction tx, UserId user) {
    boolean present =
        tx.query(
                "SELECT id FROM app_user WHERE id = ? AND removed_at IS NULL FOR NO KEY UPDATE",
                user)
            .exists();
    if (!present) {
      throw Problem.notFound();
    }
  }

  @Override
  public void endMembership(Transaction tx, UserId creator, UserId user, String source) {
    services.followedTiers.recordEnd(tx, creator, user, source);
    services.following.unfollowAll(tx, user, services.creators.get(tx, creator));
    services.requests.withdrawAll(tx, user, user, services.creators.get(tx, creator));
    services.supporters.endMembership(tx, services.creators.get(tx, creator), user);
    boolean admin = services.access.isAdmin(tx, services.creators.get(tx, creator), user);
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.addAccessChange(creator, user, admin ? "admin" : "none");
    if (!admin) {
      outgoingMessages.revokeAccess(user);
    }
    services.inbox.append(tx, outgoingMessages);
  }
}
