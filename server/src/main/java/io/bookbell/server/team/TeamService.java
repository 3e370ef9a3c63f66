package io.bookbell.server.team;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.TEAM_MEMBER;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.MemberDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.EmailAddress;
import java.text.Collator;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;

/** Manages a creator's team. Thread-safe. */
public final class TeamService {
  private static final int MOST = 200;

  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final ActivityLog activityLog;
  private final InboxStore inboxStore;

  public TeamService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      ActivityLog activityLog,
      InboxStore inboxStore) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.activityLog = activityLog;
    this.inboxStore = inboxStore;
  }

  /** Returns the members, active or not, ordered by name; for admins. */
  public List<TeamMember> listMembers(Transaction tx, UserId actor, UserId creatorId) {
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    return selectMembers(tx, creatorId, TEAM_MEMBER.USER_ID.isNotNull());
  }

  /**
   * Adds one of the creator's supporters to the team; for the creator.
   *
   * @throws Problem 404 when the user isn't a supporter, 409 when already on the team
   */
  public TeamMember addCandidate(
      Transaction tx, UserId actor, UserId creatorId, MemberCandidate memberCandidate) {
    CreatorRow creator = lockForCreator(tx, actor, creatorId);
    UserId user =
        findCandidate(tx, memberCandidate)
            .filter(found -> creatorRoles.isSupporter(tx, creatorId, found))
            .orElseThrow(Problem::notFound);
    return addMember(tx, actor, creator, user);
  }

  /**
   * Adds a user to the team of a creator whose row is locked.
   *
   * @throws Problem 409 when already on the team, or when the team has the maximum size
   */
  public TeamMember addMember(Transaction tx, UserId actor, CreatorRow creator, UserId user) {
    if (creator.id().equals(user) || findMember(tx, creator.id(), user).isPresent()) {
      throw Problem.conflict("already_member", "This person is already on the team.");
    }
    if (tx.sql().fetchCount(TEAM_MEMBER, TEAM_MEMBER.CREATOR_ID.eq(creator.id())) >= MOST) {
      throw Problem.limitReached("team_full", MOST, "team members");
    }
    tx.sql()
        .insertInto(TEAM_MEMBER)
        .set(TEAM_MEMBER.CREATOR_ID, creator.id())
        .set(TEAM_MEMBER.USER_ID, user)
        .set(TEAM_MEMBER.CREATED_AT, tx.now())
        .execute();
    TeamMember member = requireMember(tx, creator.id(), user);
    recordChange(tx, actor, creator, member, ActivityKind.TEAM_MEMBER_ADDED, "admin");
    return member;
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
    tx.sql()
        .update(TEAM_MEMBER)
        .set(TEAM_MEMBER.ACTIVE, active)
        .where(matchesKey(creatorId, user))
        .execute();
    ActivityKind kind =
        active ? ActivityKind.TEAM_MEMBER_ACTIVATED : ActivityKind.TEAM_MEMBER_DEACTIVATED;
    recordChange(
        tx, actor, creator, member, kind, active ? "admin" : roleWithoutTeam(tx, creatorId, user));
    return new TeamMember(user, member.displayName(), member.email(), active);
  }

  /**
   * Removes a member; for the creator. Nothing that is committed afterwards reaches them as an
   * admin.
   */
  public void removeMember(Transaction tx, UserId actor, UserId creatorId, UserId user) {
    CreatorRow creator = lockForCreator(tx, actor, creatorId);
    TeamMember member = requireMember(tx, creatorId, user);
    tx.sql().deleteFrom(TEAM_MEMBER).where(matchesKey(creatorId, user)).execute();
    recordChange(
        tx,
        actor,
        creator,
        member,
        ActivityKind.TEAM_MEMBER_REMOVED,
        roleWithoutTeam(tx, creatorId, user));
  }

  private CreatorRow lockForCreator(Transaction tx, UserId actor, UserId creatorId) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireCreator(tx, creator, actor);
    return creator;
  }

  private String roleWithoutTeam(Transaction tx, UserId creatorId, UserId user) {
    return creatorRoles.isSupporter(tx, creatorId, user) ? "supporter" : "none";
  }

  private void recordChange(
      Transaction tx,
      UserId actor,
      CreatorRow creator,
      TeamMember member,
      ActivityKind kind,
      String role) {
    creatorStore.incrementTeamVersion(tx, creator);
    activityLog.recordActivity(
        tx, creator.id(), actor, kind, new MemberDetails(member.userId(), member.displayName()));
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.add(
        MessageType.ACCESS_CHANGED,
        Map.of("creator_id", creator.id(), "role", role),
        Set.of(member.userId()));
    if (!role.equals("admin")) {
      outgoingMessages.revokeAccess(member.userId());
    }
    inboxStore.append(tx, outgoingMessages);
  }

  private static Optional<UserId> findCandidate(Transaction tx, MemberCandidate memberCandidate) {
    return switch (memberCandidate) {
      case MemberCandidate.ById byId -> Optional.of(byId.user());
      case MemberCandidate.ByEmail byEmail ->
          tx.sql()
              .select(APP_USER.ID)
              .from(APP_USER)
              .where(APP_USER.EMAIL.eq(byEmail.email()))
              .fetchOptional(APP_USER.ID);
    };
  }

  private static TeamMember requireMember(Transaction tx, UserId creatorId, UserId user) {
    return findMember(tx, creatorId, user).orElseThrow(Problem::notFound);
  }

  private static Optional<TeamMember> findMember(Transaction tx, UserId creatorId, UserId user) {
    return selectMembers(tx, creatorId, TEAM_MEMBER.USER_ID.eq(user)).stream().findFirst();
  }

  private static List<TeamMember> selectMembers(Transaction tx, UserId creatorId, Condition which) {
    return tx
        .sql()
        .select(TEAM_MEMBER.USER_ID, APP_USER.DISPLAY_NAME, APP_USER.EMAIL, TEAM_MEMBER.ACTIVE)
        .from(TEAM_MEMBER)
        .join(APP_USER)
        .on(APP_USER.ID.eq(TEAM_MEMBER.USER_ID))
        .where(TEAM_MEMBER.CREATOR_ID.eq(creatorId))
        .and(which)
        .fetch(row -> new TeamMember(row.value1(), row.value2(), row.value3(), row.value4()))
        .stream()
        .sorted(byName())
        .toList();
  }

  /**
   * Orders by letters first, then by accents and case, independently of the database's collation.
   */
  private static Comparator<TeamMember> byName() {
    Collator collator = Collator.getInstance(Locale.ROOT);
    return Comparator.comparing(TeamMember::displayName, collator::compare)
        .thenComparingLong(member -> member.userId().value());
  }

  private static Condition matchesKey(UserId creatorId, UserId user) {
    return TEAM_MEMBER.CREATOR_ID.eq(creatorId).and(TEAM_MEMBER.USER_ID.eq(user));
  }

  /** Identifies a future member by id or by e-mail address, in the form of {@link EmailAddress}. */
  public sealed interface MemberCandidate {
    record ById(UserId user) implements MemberCandidate {}

    record ByEmail(String email) implements MemberCandidate {}
  }
}
