package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Problem;
import java.util.Set;

/** Who may see and do what with a creator's requests. */
public interface CreatorRoles {

  /** The creator and the active team members. */
  Set<UserId> adminsOf(Transaction tx, CreatorRow creator);

  boolean isSupporter(Transaction tx, UserId creator, UserId user);

  /** The creators of whom the user is an admin. */
  Set<UserId> administeredCreators(Transaction tx, UserId user);

  /** Every supporter and admin: the audience of what concerns all. */
  Set<UserId> audienceOf(Transaction tx, CreatorRow creator);

  default boolean isAdmin(Transaction tx, CreatorRow creator, UserId user) {
    return adminsOf(tx, creator).contains(user);
  }

  /**
   * Lets only admins pass.
   *
   * @throws Problem 404 for somebody who has nothing to do with the creator, 403 for a supporter
   */
  default void requireAdmin(Transaction tx, CreatorRow creator, UserId user) {
    if (!isAdmin(tx, creator, user)) {
      throw isSupporter(tx, creator.id(), user)
          ? Problem.forbidden("Only the creator and the team can do this.")
          : Problem.notFound();
    }
  }

  /**
   * Lets only the creator pass.
   *
   * @throws Problem 404 for somebody who has nothing to do with the creator, 403 for team members
   *     and supporters
   */
  default void requireCreator(Transaction tx, CreatorRow creator, UserId user) {
    if (!creator.id().equals(user)) {
      requireMember(tx, creator, user);
      throw Problem.forbidden("Only the creator can do this.");
    }
  }

  /**
   * Keeps team members from deciding about themselves, unless the creator allows it.
   *
   * @param owner whose request or account it is
   * @throws Problem 403 own_request
   */
  default void requireNotOwner(CreatorRow creator, UserId actor, UserId owner) {
    boolean owns = actor.equals(owner) && !actor.equals(creator.id());
    if (owns && !creator.creator().selfService()) {
      throw Problem.of(
          403,
          "own_request",
          "Not allowed",
          "This one is yours, so another member of the team has to decide.");
    }
  }

  /**
   * What is said to somebody who is no supporter and would have to be one.
   *
   * @param words for admins
   * @throws Problem 404 for somebody who has nothing to do with the creator
   */
  default Problem notSupporterProblem(
      Transaction tx, CreatorRow creator, UserId user, String words) {
    requireMember(tx, creator, user);
    return Problem.forbidden(words);
  }

  /**
   * Lets only supporters and admins pass.
   *
   * @throws Problem 404 for somebody who is neither a supporter nor an admin
   */
  default void requireMember(Transaction tx, CreatorRow creator, UserId user) {
    if (!isAdmin(tx, creator, user) && !isSupporter(tx, creator.id(), user)) {
      throw Problem.notFound();
    }
  }
}
