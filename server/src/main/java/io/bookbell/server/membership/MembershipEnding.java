package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.follow.FollowService;
import io.bookbell.server.http.Problem;
import io.bookbell.server.quota.SupporterService;
import io.bookbell.server.request.BookRequestService;
import io.bookbell.server.storage.Transaction;

/**
 * Removes and blocks supporters. Their pending requests are withdrawn and refunded; everything else
 * they did stays. Thread-safe.
 */
public final class MembershipEnding {
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final SupporterService supporterService;
  private final BookRequestService requests;
  private final FollowService followService;

  public MembershipEnding(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      SupporterService supporterService,
      BookRequestService requests,
      FollowService followService) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.supporterService = supporterService;
    this.requests = requests;
    this.followService = followService;
  }

  /**
   * Removes a supporter; for those who manage people.
   *
   * @throws Problem 404 when the user isn't a supporter, 403 for a team member's own membership
   */
  public void remove(Transaction tx, UserId actor, UserId creatorId, UserId user) {
    CreatorRow creator = lockForManager(tx, actor, creatorId, user);
    if (!creatorRoles.isSupporter(tx, creatorId, user)) {
      throw Problem.notFound();
    }
    remove(tx, actor, creator, user);
  }

  /**
   * Ends the user's own membership. An invitation or the creator brings them back.
   *
   * @throws Problem 404 when the user isn't a supporter
   */
  public void leave(Transaction tx, UserId user, UserId creatorId) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    if (!creatorRoles.isSupporter(tx, creatorId, user)) {
      throw Problem.notFound();
    }
    remove(tx, user, creator, user);
  }

  /**
   * Removes a supporter and blocks them from becoming one again; for those who manage people.
   *
   * @throws Problem 404 when the user isn't and has never been a supporter, 403 for a team member's
   *     own membership
   */
  public void block(Transaction tx, UserId actor, UserId creatorId, UserId user) {
    CreatorRow creator = lockForManager(tx, actor, creatorId, user);
    if (creatorRoles.isSupporter(tx, creatorId, user)) {
      remove(tx, actor, creator, user);
    }
    supporterService.setBlocked(tx, actor, creatorStore.get(tx, creatorId), user, true);
  }

  /**
   * Lets a blocked user become a supporter again; for those who manage people.
   *
   * @throws Problem 404 when the user has never been a supporter
   */
  public void unblock(Transaction tx, UserId actor, UserId creatorId, UserId user) {
    supporterService.setBlocked(tx, actor, lockForManager(tx, actor, creatorId, user), user, false);
  }

  private CreatorRow lockForManager(Transaction tx, UserId actor, UserId creatorId, UserId user) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireTeamRole(tx, creator, actor, TeamRole.PEOPLE);
    creatorRoles.requireNotOwner(creator, actor, user);
    return creator;
  }

  private void remove(Transaction tx, UserId actor, CreatorRow creator, UserId user) {
    followService.unfollowAll(tx, user, creator);
    requests.withdrawAll(tx, actor, user, creator);
    supporterService.removeSupporter(tx, actor, creatorStore.get(tx, creator.id()), user);
  }
}
