package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.HandoverStore;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;

/**
 * Makes a creator's account an ordinary one again. All that belongs to the creator is kept for the
 * day on which the account is a creator again; what lets others in ends. Thread-safe.
 */
final class CreatorClosing {
  private final Services services;

  CreatorClosing(Services services) {
    this.services = services;
  }

  /**
   * Closes a creator whom nobody supports or helps.
   *
   * @throws Problem 404 if the account isn't a creator, 409 if there are supporters or a team
   */
  void close(Transaction tx, UserId user) {
    CreatorRow locked = services.creators.lockCreator(tx, user);
    if (!services.quotas.findSupporters(tx, user).isEmpty() || services.team.hasMembers(tx, user)) {
      throw Problem.conflict(
          "creator_in_use",
          "This creator has supporters or a team. The creator has to remove them first.");
    }
    String name = services.accounts.lockAccount(tx, user).displayName();
    HandoverStore.removeLinkOf(tx, user);
    services.invitationEnding.endAllOfCreator(tx, user, new MemberDetails(user, name));
    services.sources.forgetCreator(tx, user);
    services.creators.close(tx, locked);
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.addAccessChange(user, user, "none");
    outgoingMessages.revokeAccess(user);
    services.inbox.append(tx, outgoingMessages);
  }
}
