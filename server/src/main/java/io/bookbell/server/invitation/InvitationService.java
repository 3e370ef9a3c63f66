package io.bookbell.server.invitation;

import static io.bookbell.server.storage.schema.Tables.INVITATION;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.SecretTokens;
import io.bookbell.server.activity.ActivityDetails.InvitationDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.Problem;
import io.bookbell.server.quota.SupporterService;
import io.bookbell.server.quota.Tier;
import io.bookbell.server.quota.TierService;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.schema.tables.records.InvitationRecord;
import io.bookbell.server.team.TeamService;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Manages invitation links, with which people join a creator as supporters or team members.
 * Thread-safe.
 *
 * <p>Only a hash of a link's token is stored, so nobody can join with what is in the database.
 */
public final class InvitationService {
  private static final int MOST = 200;

  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final TierService tierService;
  private final SupporterService supporterService;
  private final TeamService teamService;
  private final ActivityLog activityLog;

  public InvitationService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      TierService tierService,
      SupporterService supporterService,
      TeamService teamService,
      ActivityLog activityLog) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.tierService = tierService;
    this.supporterService = supporterService;
    this.teamService = teamService;
    this.activityLog = activityLog;
  }

  /** The terms of a new link. */
  public record InvitationTerms(
      UserId creator, String kind, @Nullable Long tierId, int uses, Instant expiresAt) {}

  /** A new link and its token, which can't be read again later. */
  public record CreatedInvitation(Invitation invitation, String token) {}

  /**
   * Creates a link; for the creator.
   *
   * @throws Problem 400 when the tier isn't one of the creator's, or the expiry isn't in the
   *     future, 409 when the creator has the maximum number of open links
   */
  public CreatedInvitation create(Transaction tx, UserId actor, InvitationTerms invitationTerms) {
    CreatorRow creator = creatorStore.lockCreator(tx, invitationTerms.creator());
    creatorRoles.requireCreator(tx, creator, actor);
    Long tier = invitationTerms.tierId();
    String tierName = findTierName(tx, creator.id(), tier);
    if (tier != null && tierName == null) {
      throw Problem.validationFailed("tier_id", "must be the id of one of the creator's tiers");
    }
    Instant expiresAt =
        invitationTerms.expiresAt().truncatedTo(ChronoUnit.MILLIS); // the database's precision
    if (!expiresAt.isAfter(tx.now())) {
      throw Problem.validationFailed("expires_at", "must be in the future");
    }
    if (tx.sql().fetchCount(INVITATION, INVITATION.CREATOR_ID.eq(creator.id()).and(isOpen(tx)))
        >= MOST) {
      throw Problem.limitReached("too_many_invitations", MOST, "open invitations");
    }
    String token = SecretTokens.createToken();
    long id =
        tx.executeReturningOne(
                tx.sql()
                    .insertInto(INVITATION)
                    .set(INVITATION.CREATOR_ID, creator.id())
                    .set(INVITATION.KIND, invitationTerms.kind())
                    .set(INVITATION.TIER_ID, tier)
                    .set(INVITATION.TOKEN_HASH, SecretTokens.hashToken(token))
                    .set(INVITATION.USES, invitationTerms.uses())
                    .set(INVITATION.USES_LEFT, invitationTerms.uses())
                    .set(INVITATION.EXPIRES_AT, expiresAt)
                    .set(INVITATION.CREATED_AT, tx.now()),
                INVITATION.ID)
            .orElseThrow();
    activityLog.recordActivity(
        tx,
        creator.id(),
        actor,
        ActivityKind.INVITATION_CREATED,
        new InvitationDetails(invitationTerms.kind(), invitationTerms.uses(), tierName));
    return new CreatedInvitation(
        new Invitation(
            id,
            creator.id(),
            invitationTerms.kind(),
            tier,
            invitationTerms.uses(),
            invitationTerms.uses(),
            expiresAt,
            tx.now()),
        token);
  }

  /** Returns the creator's usable links, newest first; for the creator. */
  public List<Invitation> list(Transaction tx, UserId actor, UserId creatorId) {
    creatorRoles.requireCreator(tx, creatorStore.get(tx, creatorId), actor);
    return tx.sql()
        .selectFrom(INVITATION)
        .where(INVITATION.CREATOR_ID.eq(creatorId))
        .and(isOpen(tx))
        .orderBy(INVITATION.ID.desc())
        .fetch(InvitationService::toInvitation);
  }

  /** Returns one link, usable or not; for the creator. */
  public Invitation get(Transaction tx, UserId actor, long id) {
    Invitation found =
        tx.sql()
            .selectFrom(INVITATION)
            .where(INVITATION.ID.eq(id))
            .fetchOptional(InvitationService::toInvitation)
            .orElseThrow(Problem::notFound);
    creatorRoles.requireCreator(tx, creatorStore.get(tx, found.creatorId()), actor);
    return found;
  }

  private static Invitation toInvitation(InvitationRecord row) {
    return new Invitation(
        row.getId(),
        row.getCreatorId(),
        row.getKind(),
        row.getTierId(),
        row.getUses(),
        row.getUsesLeft(),
        row.getExpiresAt(),
        row.getCreatedAt());
  }

  /** Deletes a link; for the creator. */
  public void revokeInvitation(Transaction tx, UserId actor, long id) {
    Invitation revoked = get(tx, actor, id);
    UserId creatorId = revoked.creatorId();
    creatorStore.lockCreator(tx, creatorId);
    tx.sql().deleteFrom(INVITATION).where(INVITATION.ID.eq(id)).execute();
    activityLog.recordActivity(
        tx,
        creatorId,
        actor,
        ActivityKind.INVITATION_REVOKED,
        new InvitationDetails(
            revoked.kind(), revoked.uses(), findTierName(tx, creatorId, revoked.tierId())));
  }

  private @Nullable String findTierName(Transaction tx, UserId creator, @Nullable Long tier) {
    return tier == null ? null : tierService.find(tx, creator, tier).map(Tier::name).orElse(null);
  }

  /**
   * Lets a user join and takes one use from the link.
   *
   * @throws Problem 404 when the link is unknown, used up, revoked or expired, 409 when the user
   *     already has the role
   */
  public void acceptInvitation(Transaction tx, UserId user, String token) {
    var found =
        tx.sql()
            .selectFrom(INVITATION)
            .where(INVITATION.TOKEN_HASH.eq(SecretTokens.hashToken(token)))
            .fetchOptional()
            .orElseThrow(InvitationService::invalidInvitation);
    CreatorRow creator = creatorStore.lockCreator(tx, found.getCreatorId());
    if (!consumeUse(tx, found.getId())) {
      throw invalidInvitation();
    }
    Long tier = found.getTierId();
    if (tier == null) {
      teamService.addMember(tx, user, creator, user);
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
    if (!tx.sql()
        .fetchExists(
            INVITATION, INVITATION.TOKEN_HASH.eq(SecretTokens.hashToken(token)).and(isOpen(tx)))) {
      throw invalidInvitation();
    }
  }

  private static Condition isOpen(Transaction tx) {
    return INVITATION.USES_LEFT.gt(0).and(INVITATION.EXPIRES_AT.gt(tx.now()));
  }

  private static boolean consumeUse(Transaction tx, long id) {
    return tx.sql()
            .update(INVITATION)
            .set(INVITATION.USES_LEFT, INVITATION.USES_LEFT.minus(1))
            .where(INVITATION.ID.eq(id))
            .and(isOpen(tx))
            .execute()
        == 1;
  }

  private static Problem invalidInvitation() {
    return Problem.notFound("This invitation is no longer valid. Ask for a new one.");
  }
}
