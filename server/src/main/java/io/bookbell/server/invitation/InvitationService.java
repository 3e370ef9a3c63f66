package io.bookbell.server.invitation;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.Account;
import io.bookbell.server.account.AccountStore;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.activity.ActivityDetails.InvitationDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.creator.TeamRole;
import io.bookbell.server.http.Problem;
import io.bookbell.server.quota.SupporterService;
import io.bookbell.server.quota.Tier;
import io.bookbell.server.quota.TierService;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.team.TeamService;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Manages invitation links, with which people join a creator as supporters or team members.
 * Thread-safe.
 *
 * <p>Only a hash of a link's token is stored, so nobody can join with what is in the database.
 */
public final class InvitationService {
  private static final int MAX_OPEN_LINKS = 200;

  private static final String SELECT =
      """
      SELECT i.id, i.creator_id, i.kind, i.tier_id, i.team_role, i.uses, i.uses_left, i.expires_at,
        i.created_at, i.created_by, maker.display_name AS created_by_name
      FROM invitation i
      LEFT JOIN app_user maker ON maker.id = i.created_by
      """;

  /** Whether a link is usable at a time. */
  static final String IS_OPEN = "uses_left > 0 AND expires_at > ?";

  private final AccountStore accountStore;
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final TierService tierService;
  private final SupporterService supporterService;
  private final TeamService teamService;
  private final ActivityLog activityLog;

  public InvitationService(
      AccountStore accountStore,
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      TierService tierService,
      SupporterService supporterService,
      TeamService teamService,
      ActivityLog activityLog) {
    this.accountStore = accountStore;
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.tierService = tierService;
    this.supporterService = supporterService;
    this.teamService = teamService;
    this.activityLog = activityLog;
  }

  /** The terms of a new link. */
  public record InvitationTerms(
      UserId creator,
      String kind,
      @Nullable Long tierId,
      @Nullable TeamRole teamRole,
      int uses,
      Instant expiresAt) {

    /** The terms of a link whose team members may do everything. */
    public InvitationTerms(
        UserId creator, String kind, @Nullable Long tierId, int uses, Instant expiresAt) {
      this(
          creator,
          kind,
          tierId,
          Invitation.TEAM.equals(kind) ? TeamRole.EVERYTHING : null,
          uses,
          expiresAt);
    }
  }

  /** A new link and its token, which can't be read again later. */
  public record CreatedInvitation(Invitation invitation, String token) {}

  /**
   * Creates a link; for those who manage people, and only for the creator if it is for the team.
   *
   * @throws Problem 400 when the tier isn't one of the creator's, or the expiry isn't in the
   *     future, 403 when the actor's account is disabled, 409 when the creator has the maximum
   *     number of open links
   */
  public CreatedInvitation create(Transaction tx, UserId actor, InvitationTerms invitationTerms) {
    CreatorRow creator = creatorStore.lockCreator(tx, invitationTerms.creator());
    Long tier = invitationTerms.tierId();
    accountStore.requireUsable(tx, actor); // nodes remember callers for a while
    String tierName = checkTerms(tx, actor, creator, invitationTerms.kind(), tier);
    Instant expiresAt =
        invitationTerms.expiresAt().truncatedTo(ChronoUnit.MILLIS); // the database's precision
    if (!expiresAt.isAfter(tx.now())) {
      throw Problem.validationFailed("expires_at", "must be in the future");
    }
    requireRoom(tx, creator, 1);
    TeamRole teamRole = invitationTerms.teamRole();
    String token = SecretTokens.createToken();
    long id =
        tx.query(
                """
                INSERT INTO invitation
                  (creator_id, kind, tier_id, team_role, token_hash, uses, uses_left, expires_at,
                  created_at, created_by)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                RETURNING id""",
                creator.id(),
                invitationTerms.kind(),
                tier,
                teamRole == null ? null : teamRole.wireName(),
                SecretTokens.hashToken(token),
                invitationTerms.uses(),
                invitationTerms.uses(),
                expiresAt,
                tx.now(),
                actor)
            .single(row -> row.getLong("id"));
    activityLog.recordActivity(
        tx,
        creator.id(),
        actor,
        ActivityKind.INVITATION_CREATED,
        new InvitationDetails(invitationTerms.kind(), invitationTerms.uses(), tierName));
    Account maker = accountStore.get(tx, actor);
    return new CreatedInvitation(
        new Invitation(
            id,
            creator.id(),
            invitationTerms.kind(),
            tier,
            teamRole,
            invitationTerms.uses(),
            invitationTerms.uses(),
            expiresAt,
            tx.now(),
            maker.id(),
            maker.displayName()),
        token);
  }

  /** Whoever lets people into the team would decide about roles, which only the creator does. */
  private void requireManager(Transaction tx, CreatorRow creator, UserId actor, String kind) {
    if (Invitation.TEAM.equals(kind)) {
      creatorRoles.requireCreator(tx, creator, actor);
    } else {
      creatorRoles.requireTeamRole(tx, creator, actor, TeamRole.PEOPLE);
    }
  }

  /**
   * Checks whether {@link #create} would accept these terms that many times later, and returns the
   * creator.
   *
   * @throws Problem as it does
   */
  public CreatorRow checkTerms(
      Transaction tx, UserId actor, InvitationTerms invitationTerms, int times) {
    CreatorRow creator = creatorStore.get(tx, invitationTerms.creator());
    checkTerms(tx, actor, creator, invitationTerms.kind(), invitationTerms.tierId());
    requireRoom(tx, creator, times);
    return creator;
  }

  private @Nullable String checkTerms(
      Transaction tx, UserId actor, CreatorRow creator, String kind, @Nullable Long tier) {
    requireManager(tx, creator, actor, kind);
    String tierName = findTierName(tx, creator.id(), tier);
    if (tier != null && tierName == null) {
      throw Problem.validationFailed("tier_id", "must be the id of one of the creator's tiers");
    }
    return tierName;
  }

  private static void requireRoom(Transaction tx, CreatorRow creator, int more) {
    if (countOpen(tx, creator.id()) + more > MAX_OPEN_LINKS) {
      throw Problem.limitReached("too_many_invitations", MAX_OPEN_LINKS, "open invitations");
    }
  }

  private static int countOpen(Transaction tx, UserId creatorId) {
    return tx.query(
            "SELECT count(*) AS amount FROM invitation WHERE creator_id = ? AND " + IS_OPEN,
            creatorId,
            tx.now())
        .single(row -> row.getInt("amount"));
  }

  /** Returns the creator's usable links, newest first; for those who manage people. */
  public List<Invitation> list(Transaction tx, UserId actor, UserId creatorId) {
    Supplier<Instant> now = tx.nowLater();
    var unused =
        tx.query(
                SELECT + "WHERE i.creator_id = ? AND i.uses_left > 0 ORDER BY i.id DESC", creatorId)
            .later(InvitationService::toInvitation);
    creatorRoles.requireTeamRole(tx, creatorStore.get(tx, creatorId), actor, TeamRole.PEOPLE);
    return unused.get().stream()
        .filter(invitation -> invitation.expiresAt().isAfter(now.get()))
        .toList();
  }

  /** Returns one link, usable or not; for those who may create it. */
  public Invitation get(Transaction tx, UserId actor, long id) {
    Invitation found =
        tx.query(SELECT + "WHERE i.id = ?", id)
            .first(InvitationService::toInvitation)
            .orElseThrow(Problem::notFound);
    requireManager(tx, creatorStore.get(tx, found.creatorId()), actor, found.kind());
    return found;
  }

  private static Invitation toInvitation(SqlRow row) throws SQLException {
    return new Invitation(
        row.getLong("id"),
        row.getUser("creator_id"),
        row.getString("kind"),
        row.findLong("tier_id"),
        toRole(row.findString("team_role"), row.getString("kind")),
        row.getInt("uses"),
        row.getInt("uses_left"),
        row.getTime("expires_at"),
        row.getTime("created_at"),
        row.findUser("created_by"),
        row.findString("created_by_name"));
  }

  /** Links from before there were roles make team members who may do everything. */
  private static @Nullable TeamRole toRole(@Nullable String stored, String kind) {
    if (stored != null) {
      return TeamRole.of(stored);
    }
    return Invitation.TEAM.equals(kind) ? TeamRole.EVERYTHING : null;
  }

  /** Deletes a link; for those who may create it. */
  public void revokeInvitation(Transaction tx, UserId actor, long id) {
    Invitation revoked = get(tx, actor, id);
    UserId creatorId = revoked.creatorId();
    requireManager(tx, creatorStore.lockCreator(tx, creatorId), actor, revoked.kind());
    tx.update("DELETE FROM invitation WHERE id = ?", id);
    activityLog.recordActivity(
        tx,
        creatorId,
        actor,
        ActivityKind.INVITATION_REVOKED,
        new InvitationDetails(
            revoked.kind(), revoked.uses(), findTierName(tx, creatorId, revoked.tierId())));
  }

  /**
   * Replaces the token of a link that is still usable; for those who may create it.
   *
   * @throws Problem 404 if it isn't usable any more
   */
  public String renewToken(Transaction tx, UserId actor, long id) {
    Invitation renewed = get(tx, actor, id);
    String token = SecretTokens.createToken();
    int changed =
        tx.update(
            "UPDATE invitation SET token_hash = ? WHERE id = ? AND " + IS_OPEN,
            SecretTokens.hashToken(token),
            renewed.id(),
            tx.now());
    if (changed == 0) {
      throw invalidInvitation();
    }
    return token;
  }

  /** Deletes all links of a locked creator. */
  public void revokeAll(Transaction tx, UserId creator) {
    tx.update("DELETE FROM invitation WHERE creator_id = ?", creator);
  }

  private @Nullable String findTierName(Transaction tx, UserId creator, @Nullable Long tier) {
    return tier == null
        ? null
        : tierService.findSuccessor(tx, creator, tier).map(Tier::name).orElse(null);
  }

  /**
   * Lets a user join and takes one use from the link.
   *
   * @throws Problem 404 when the link is unknown, used up, revoked or expired, or its tier was
   *     deleted, 409 when the user already has the role, 403 for a team member's own link
   */
  public void acceptInvitation(Transaction tx, UserId user, String token) {
    Invitation found =
        tx.query(SELECT + "WHERE i.token_hash = ?", SecretTokens.hashToken(token))
            .first(InvitationService::toInvitation)
            .orElseThrow(InvitationService::invalidInvitation);
    CreatorRow creator = creatorStore.lockCreator(tx, found.creatorId());
    if (!consumeUse(tx, found.id())) {
      throw invalidInvitation();
    }
    UserId maker = found.createdBy();
    if (maker != null) { // whoever makes a link decides about the tier
      creatorRoles.requireNotOwner(creator, user, maker);
    }
    Long tier = found.tierId();
    TeamRole teamRole = found.teamRole();
    if (tier == null) {
      teamService.addMember(
          tx, user, creator, user, teamRole == null ? TeamRole.EVERYTHING : teamRole);
    } else if (tierService.findSuccessor(tx, creator.id(), tier).isEmpty()) {
      throw invalidInvitation(); // the tier was deleted, and had nobody who was moved to another
    } else {
      supporterService.addSupporter(tx, creator, user, tier);
    }
  }

  /**
   * Checks that a link can be used, without using it.
   *
   * @throws Problem 404 when the link is unknown, used up, revoked or expired
   */
  void requireUsable(Transaction tx, String token) {
    if (!tx.query(
            "SELECT 1 FROM invitation WHERE token_hash = ? AND " + IS_OPEN + " LIMIT 1",
            SecretTokens.hashToken(token),
            tx.now())
        .exists()) {
      throw invalidInvitation();
    }
  }

  private static boolean consumeUse(Transaction tx, long id) {
    return tx.update(
            "UPDATE invitation SET uses_left = uses_left - 1 WHERE id = ? AND " + IS_OPEN,
            id,
            tx.now())
        == 1;
  }

  private static Problem invalidInvitation() {
    return Problem.notFound("This invitation is no longer valid. Ask for a new one.");
  }
}
