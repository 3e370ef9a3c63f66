package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.HandoverService.OwnerChange;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import java.util.Set;
import java.util.TreeSet;

/** What another owner of a creator's account changes, over all features. Thread-safe. */
final class CreatorOwnerChange implements OwnerChange {
  private final Services services;
  private final CreatorTies creatorTies;

  CreatorOwnerChange(Services services) {
    this.services = services;
    this.creatorTies = new CreatorTies(services);
  }

  @Override
  public void requireCreator(Transaction tx, UserId creator, UserId user) {
    services.access.requireCreator(tx, services.creators.get(tx, creator), user);
  }

  @Override
  public void endTies(Transaction tx, UserId creator, Set<UserId> ended) {
    Set<UserId> tied = new TreeSet<>(creatorTies.findCreators(tx, creator));
    tied.removeAll(ended);
    ended.addAll(tied);
    for (UserId each : tied) { // in the order in which everybody locks them
      if (each.equals(creator)) {
        services.creators.lockCreator(tx, creator);
      } else {
        creatorTies.endTie(tx, each, creator);
      }
    }
  }

  @Override
  public void complete(Transaction tx, UserId creator, String formerName) {
    creatorTies.forget(tx, creator);
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.addAccessChange(creator, creator, "admin");
    outgoingMessages.revokeAccess(creator); // nothing that was sent to the former owner is replayed
    services.inbox.append(tx, outgoingMessages);
    services.renamed.recordRename(tx, creator);
    var former = new MemberDetails(null, formerName);
    services.activity.recordActivity(tx, creator, creator, ActivityKind.ACCOUNT_TAKEN_OVER, former);
    services.invitationEnding.endAll(tx, creator, creator, creator, former);
  }
}
