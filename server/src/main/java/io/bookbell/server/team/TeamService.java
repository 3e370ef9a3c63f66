package io.bookbell.server.team;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.activity.ActivityDetails.TeamRoleDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.text.EmailAddress;
import java.sql.SQLException;
import java.text.Collator;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Manages a creator's team. Thread-safe. */
public final class TeamService {
  private static final int MAX_MEMBERS = 200;

  private static final String MEMBERS =
      """
      SELECT m.user_id, u.display_name, u.email, m.active, m.role
      FROM team_member m
      JOIN app_user u ON u.id = m.user_id
      WHERE m.creator_id = ?""";
  private static final String MEMBER = MEMBERS + " AND m.user_id = ?";

  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final ActivityLog activityLog;
  private final InboxStore inboxStore;
  private final RightsListener rightsListener;

  public TeamService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      ActivityLog activityLog,
      InboxStore inboxStore,
      RightsListener rightsListener) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.activityLog = activityLog;
    this.inboxStore = inboxStore;
    this.rightsListener = rightsListener;
  }

  /** Called in each transaction in which a member's rights have changed. */
  public interface RightsListener {
    /**
     * The member has another role, or none.
     *
     * @param changed the locked creator's row after the change
     */
    void onRightsChanged(
        Transaction tx, UserId actor, CreatorRow changed, UserId member, String memberName);
  }

  /** Returns the members, active or not, ordered by name; for admins. */
  public List<TeamMember> listMembers(Transaction tx, UserId actor, UserId creatorId) {
    var members = tx.query(MEMBERS, creatorId).later(TeamService::toMember);
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    return members.get().stream().sorted(byName()).toList();
  }

  /**
   * Adds one of the creator's supporters to the team; for the creator.
   *
   * @throws Problem 404 when the user isn't a supporter, 409 when already on the team
   */
  public TeamMember addCandidate(
      Transaction tx,
      UserId actor,
      UserId creatorId,
      MemberCandidate memberCandidate,
      TeamRole role) {
    CreatorRow creator = lockForCreator(tx, actor, creatorId);
    UserId user =
        findCandidate(tx, memberCandidate)
            .filter(found -> creatorRoles.isSupporter(tx, creatorId, found))
            .orElseThrow(Problem::notFound);
    return addMember(tx, actor, creator, user, role);
  }

  /**
   * Adds a user who may do everything to the team of a creator whose row is locked.
   *
   * @throws Problem 409 when already on the team, or when the team has the maximum size
   */
  public TeamMember addMember(Transaction tx, UserId actor, CreatorRow creator, UserId user) {
    return addMember(tx, actor, creator, user, TeamRole.EVERYTHING);
  }

  /**
   * Adds a user to the team of a creator whose row is locked.
   *
   * @throws Problem 409 when already on the team, or when the team has the maximum size
   */
  public TeamMember addMember(
      Transaction tx, UserId actor, CreatorRow creator, UserId user, TeamRole role) {
    if (creator.id().equals(user) || findMember(tx, creator.id(), user).isPresent()) {
      throw Problem.conflict("already_member", "This person is already on the team.");
    }
    if (countMembers(tx, creator.id()) >= MAX_MEMBERS) {
      throw Problem.limitReached("team_full", MAX_MEMBERS, "team members");
    }
    tx.update(
        "INSERT INTO team_member (creator_id, user_id, role, created_at) VALUES (?, ?, ?, ?)",
        creator.id(),
        user,
        role.wireName(),
        tx.now());
    TeamMember member = requireMember(tx, creator.id(), user);
    recordChange(tx, actor, creator, member, ActivityKind.TEAM_MEMBER_ADDED, "admin");
    return member;
  }

  /** What to change about a member; empty fields stay as they are. */
  public record MemberChanges(Optional<Boolean> active, Optional<TeamRole> role) {}

  /** Changes a member's role, or whether the member is active; for the creator. */
  public TeamMember change(
      Transaction tx, UserId actor, UserId creatorId, UserId user, MemberChanges changes) {
    changes.role.ifPresent(role -> setRole(tx, actor, creatorId, user, role));
    changes.active.ifPresent(active -> setActive(tx, actor, creatorId, user, active));
    return requireMember(tx, creatorId, user);
  }

  private void setRole(Transaction tx, UserId actor, UserId creatorId, UserId user, TeamRole role) {
    CreatorRow creator = lockForCreator(tx, actor, creatorId);
    TeamMember member = requireMember(tx, creatorId, user);
    if (member.role() == role) {
      return;
    }
    tx.update(
        "UPDATE team_member SET role = ? WHERE creator_id = ? AND user_id = ?",
        role.wireName(),
        creatorId,
        user);
    CreatorRow changed = creatorStore.incrementTeamVersion(tx, creator);
    activityLog.recordActivity(
        tx,
        creatorId,
        actor,
        ActivityKind.TEAM_ROLE_CHANGED,
        new TeamRoleDetails(user, member.displayName(), role.wireName()));
    rightsListener.onRightsChanged(tx, actor, changed, user, member.displayName());
    if (member.active()) {
      var outgoingMessages = new OutgoingMessages();
      outgoingMessages.addAccessChange(creatorId, user, "admin");
      inboxStore.append(tx, outgoingMessages);
    }
  }

  /**
   * Activates or deactivates a member; no effect if the member already is in that state. For the
   * creator.
   */
  public TeamMember setActive(
      Transaction tx, UserId actor, UserId creatorId, UserId user, boolean active) {
    CreatorRow creator = lockForCreator(tx, actor, creatorId);
    TeamMember member = requireMember(tx, creatorId, user);
    if (member.active() == active) {
      return member;
    }
    tx.update(
        "UPDATE team_member SET active = ? WHERE creator_id = ? AND user_id = ?",
        active,
        creatorId,
        user);
    ActivityKind kind =
        active ? ActivityKind.TEAM_MEMBER_ACTIVATED : ActivityKind.TEAM_MEMBER_DEACTIVATED;
    recordChange(
        tx, actor, creator, member, kind, active ? "admin" : roleWithoutTeam(tx, creatorId, user));
    return new TeamMember(user, member.displayName(), member.email(), active, member.role());
  }

  /**
   * Removes a member; for the creator. Nothing that is committed afterwards reaches them as an
   * admin.
   */
  public void removeMember(Transaction tx, UserId actor, UserId creatorId, UserId user) {
    CreatorRow creator = lockForCreator(tx, actor, creatorId);
    removeMember(tx, actor, creator, requireMember(tx, creatorId, user));
  }

  /**
   * Takes a user out of a creator's team, as the user wants.
   *
   * @throws Problem 404 when the user isn't on the team
   */
  public void leave(Transaction tx, UserId user, UserId creatorId) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    removeMember(tx, user, creator, requireMember(tx, creatorId, user));
  }

  /** Takes a user out of the team of a locked creator; no effect on others. */
  public void leaveTeam(Transaction tx, UserId user, CreatorRow creator) {
    findMember(tx, creator.id(), user).ifPresent(member -> removeMember(tx, user, creator, member));
  }

  /** Removes all members from the team of a locked creator. */
  public void disbandTeam(Transaction tx, CreatorRow creator) {
    CreatorRow locked = creator;
    for (TeamMember member : tx.query(MEMBERS, creator.id()).list(TeamService::toMember)) {
      locked = removeMember(tx, creator.id(), locked, member);
    }
  }

  /** Returns whether anybody is on the creator's team, active or not. */
  public boolean hasMembers(Transaction tx, UserId creator) {
    return countMembers(tx, creator) > 0;
  }

  /** Returns the creators in whose teams the user is, active or not. */
  public Set<UserId> findTeams(Transaction tx, UserId user) {
    return tx.query("SELECT creator_id FROM team_member WHERE user_id = ?", user)
        .set(row -> row.getUser("creator_id"));
  }

  private CreatorRow removeMember(
      Transaction tx, UserId actor, CreatorRow creator, TeamMember member) {
    UserId user = member.userId();
    tx.update("DELETE FROM team_member WHERE creator_id = ? AND user_id = ?", creator.id(), user);
    return recordChange(
        tx,
        actor,
        creator,
        member,
        ActivityKind.TEAM_MEMBER_REMOVED,
        roleWithoutTeam(tx, creator.id(), user));
  }

  private CreatorRow lockForCreator(Transaction tx, UserId actor, UserId creatorId) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireCreator(tx, creator, actor);
    return creator;
  }

  private String roleWithoutTeam(Transaction tx, UserId creatorId, UserId user) {
    return creatorRoles.isSupporter(tx, creatorId, user) ? "supporter" : "none";
  }

  private CreatorRow recordChange(
      Transaction tx,
      UserId actor,
      CreatorRow creator,
      TeamMember member,
      ActivityKind kind,
      String role) {
    CreatorRow changed = creatorStore.incrementTeamVersion(tx, creator);
    activityLog.recordActivity(
        tx, creator.id(), actor, kind, new MemberDetails(member.userId(), member.displayName()));
    rightsListener.onRightsChanged(tx, actor, changed, member.userId(), member.displayName());
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.addAccessChange(creator.id(), member.userId(), role);
    if (!role.equals("admin")) {
      outgoingMessages.revokeAccess(member.userId());
    }
    inboxStore.append(tx, outgoingMessages);
    return changed;
  }

  private static Optional<UserId> findCandidate(Transaction tx, MemberCandidate memberCandidate) {
    return switch (memberCandidate) {
      case MemberCandidate.ById byId -> Optional.of(byId.user());
      case MemberCandidate.ByEmail byEmail ->
          tx.query("SELECT id FROM app_user WHERE email = ?", byEmail.email())
              .first(row -> row.getUser("id"));
    };
  }

  private static TeamMember requireMember(Transaction tx, UserId creatorId, UserId user) {
    return findMember(tx, creatorId, user).orElseThrow(Problem::notFound);
  }

  private static Optional<TeamMember> findMember(Transaction tx, UserId creatorId, UserId user) {
    return tx.query(MEMBER, creatorId, user).first(TeamService::toMember);
  }

  private static int countMembers(Transaction tx, UserId creatorId) {
    return tx.query("SELECT count(*) AS amount FROM team_member WHERE creator_id = ?", creatorId)
        .single(row -> row.getInt("amount"));
  }

  private static TeamMember toMember(SqlRow row) throws SQLException {
    return new TeamMember(
        row.getUser("user_id"),
        row.getString("display_name"),
        row.getString("email"),
        row.getBoolean("active"),
        TeamRole.of(row.getString("role")));
  }

  /**
   * Orders by letters first, then by accents and case, independently of the database's collation.
   */
  private static Comparator<TeamMember> byName() {
    Collator collator = Collator.getInstance(Locale.ROOT);
    return Comparator.comparing(TeamMember::displayName, collator::compare)
        .thenComparingLong(member -> member.userId().value());
  }

  /** Identifies a future member by id or by e-mail address, in the form of {@link EmailAddress}. */
  public sealed interface MemberCandidate {
    record ById(UserId user) implements MemberCandidate {}

    record ByEmail(String email) implements MemberCandidate {}
  }
}
