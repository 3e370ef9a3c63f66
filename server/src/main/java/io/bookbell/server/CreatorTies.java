package io.bookbell.server;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.AccountRemovalService.AccountTies;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.http.Problem;
import io.bookbell.server.patreon.PatreonAuthorizations;
import io.bookbell.server.quota.Quota;
import io.bookbell.server.storage.Transaction;
import java.util.HashSet;
import java.util.Set;

/** What a removed account has with creators, over all features. Thread-safe. */
final class CreatorTies implements AccountTies {
  private final Services services;

  CreatorTies(Services services) {
    this.services = services;
  }

  @Override
  public Set<UserId> findCreators(Transaction tx, UserId user) {
    var creators = new HashSet<>(services.team.findTeams(tx, user));
    services.quotas.findByUser(tx, user).stream().map(Quota::creatorId).forEach(creators::add);
    if (services.creators.hasRow(tx, user)) {
      creators.add(user);
    }
    return creators;
  }

  @Override
  public void endTie(Transaction tx, UserId creator, UserId user) {
    if (creator.equals(user)) {
      services.creators.lockRow(tx, creator);
      services.creators.reopen(tx, creator); // a closed one is erased like an open one
    }
    CreatorRow locked = services.creators.lockCreator(tx, creator);
    if (creator.equals(user)) {
      closeCreator(tx, locked);
      return;
    }
    if (services.quotas.isSupporter(tx, creator, user)) {
      services.following.unfollowAll(tx, user, locked);
      services.requests.withdrawAll(tx, user, user, locked);
      services.supporters.endMembership(tx, services.creators.get(tx, creator), user);
    }
    services.team.leaveTeam(tx, user, services.creators.get(tx, creator));
  }

  private void closeCreator(Transaction tx, CreatorRow locked) {
    if (!services.quotas.findSupporters(tx, locked.id()).isEmpty()) {
      throw Problem.conflict(
          "has_supporters",
          "You still have supporters. A creator's account can be deleted only without any.");
    }
    services.team.disbandTeam(tx, locked);
    services.invitations.revokeAll(tx, locked.id());
    services.sources.forgetCreator(tx, locked.id());
    services.canned.removeAll(tx, locked.id());
    services.pictures.erasePicture(tx, services.creators.get(tx, locked.id()));
    CreatorRow current = services.creators.get(tx, locked.id());
    services.profile.closeCreator(tx, current, AccountStore.REMOVED_NAME);
  }

  @Override
  public void forget(Transaction tx, UserId user) {
    services.notifications.forgetRecipient(tx, user);
    services.sources.forgetUser(tx, user);
    PatreonAuthorizations.removeOf(tx, user);
    services.newsTargets.deleteAllOf(tx, user);
    services.newsPreferences.delete(tx, user);
    services.addressChanges.remove(tx, user);
  }
}
