package io.bookbell.server.creator;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlFragment;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A user's roles with a creator, and the checks based on them. */
public interface CreatorRoles {

  /** Returns the creator and the active team members. */
  Set<UserId> adminsOf(Transaction tx, CreatorRow creator);

  /** Returns the role of an active team member; empty for others and for the creator. */
  Optional<TeamRole> teamRoleOf(Transaction tx, CreatorRow creator, UserId user);

  /**
   * Whether the user was an admin when this was last looked up. A guess, for asking the database
   * early for what depends on it.
   */
  boolean wasAdmin(UserId creator, UserId user);

  boolean isSupporter(Transaction tx, UserId creator, UserId user);

  /** Queues {@link #isSupporter}. */
  Supplier<Boolean> isSupporterLater(Transaction tx, UserId creator, UserId user);

  /** Returns the creators of whom the user is an admin. */
  Set<UserId> administeredCreators(Transaction tx, UserId user);

  /** A condition on a column with a creator's id: that the user is an admin of the creator. */
  SqlFragment isAdministered(String column, UserId user);

  /** Returns every supporter and admin of the creator. */
  Set<UserId> audienceOf(Transaction tx, CreatorRow creator);

  default boolean isAdmin(Transaction tx, CreatorRow creator, UserId user) {
    return adminsOf(tx, creator).contains(user);
  }

  /**
   * Requires an admin.
   *
   * @throws Problem 404 for users without a role with this creator, 403 for supporters
   */
  default void requireAdmin(Transaction tx, CreatorRow creator, UserId user) {
    if (!isAdmin(tx, creator, user)) {
      throw isSupporter(tx, creator.id(), user)
          ? Problem.forbidden("Only the creator and the team can do this.")
          : Problem.notFound();
    }
  }

  /**
   * Requires the creator or a team member whose role includes the given one.
   *
   * @throws Problem as {@link #requireAdmin}; 403 for team members with another role
   */
  default void requireTeamRole(Transaction tx, CreatorRow creator, UserId user, TeamRole needed) {
    requireAdmin(tx, creator, user);
    boolean allowed =
        creator.id().equals(user)
            || teamRoleOf(tx, creator, user).filter(role -> role.includes(needed)).isPresent();
    if (!allowed) {
      throw Problem.forbidden("Your role on the team doesn't include this.");
    }
  }

  /**
   * Requires the creator.
   *
   * @throws Problem 404 for users without a role with this creator, 403 for team members and
   *     supporters
   */
  default void requireCreator(Transaction tx, CreatorRow creator, UserId user) {
    if (!creator.id().equals(user)) {
      requireMember(tx, creator, user);
      throw Problem.forbidden("Only the creator can do this.");
    }
  }

  /**
   * Prevents team members from deciding about their own requests and quotas, unless the creator
   * allows it.
   *
   * @param owner the user whose request or quota it is
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
   * Returns the problem for a user who would have to be a supporter.
   *
   * @param words the detail, for admins
   * @throws Problem 404 for users without a role with this creator
   */
  default Problem notSupporterProblem(
      Transaction tx, CreatorRow creator, UserId user, String words) {
    requireMember(tx, creator, user);
    return Problem.forbidden(words);
  }

  /**
   * Requires a supporter or an admin.
   *
   * @throws Problem 404 for users without a role with this creator
   */
  default void requireMember(Transaction tx, CreatorRow creator, UserId user) {
    requireMember(tx, creator, user, () -> isSupporter(tx, creator.id(), user));
  }

  /** Like {@link #requireMember(Transaction, CreatorRow, UserId)}, where this is being read. */
  default void requireMember(
      Transaction tx, CreatorRow creator, UserId user, Supplier<Boolean> isSupporter) {
    if (!isAdmin(tx, creator, user) && !isSupporter.get()) {
      throw Problem.notFound();
    }
  }
}
