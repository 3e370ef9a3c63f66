package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.GrantDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterDetails;
import io.bookbell.server.activity.ActivityDetails.SupporterTierDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.ListPage;
import io.bookbell.server.http.PageRequest;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlFragment;
import io.bookbell.server.storage.sql.SqlRow;
import io.bookbell.server.text.CaseFolding;
import io.bookbell.server.text.SearchWords;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Manages a creator's supporters, their tiers and their grants. Thread-safe. */
public final class SupporterService {
  private final MembershipStore membershipStore = new MembershipStore();
  private static final int MOST_OF_ONE_USER = 500;

  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final TierService tierService;
  private final ActivityLog activityLog;
  private final InboxStore inboxStore;

  public SupporterService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      TierService tierService,
      ActivityLog activityLog,
      InboxStore inboxStore) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.tierService = tierService;
    this.activityLog = activityLog;
    this.inboxStore = inboxStore;
  }

  /** A supporter in the form that admins see. */
  public record Supporter(
      UserId userId,
      String displayName,
      String email,
      long tierId,
      int requestsAllowed,
      int requestsUsed) {}

  /**
   * Returns a page of supporters ordered by id, optionally only those whose name or e-mail address
   * matches the text; for admins.
   */
  public ListPage<Supporter> list(
      Transaction tx, UserId actor, UserId creatorId, Optional<String> text, PageRequest page) {
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    SqlFragment which =
        SqlFragment.of(
                "m.creator_id = ? AND m.user_id > ? AND m.ended_at IS NULL",
                creatorId,
                page.cursor().orElse(0L))
            .and(text.map(SupporterService::matchesText).orElse(SqlFragment.TRUE));
    List<SupporterPerson> rows =
        tx.query(
                SqlFragment.of(
                        """
                        SELECT u.id AS id, u.display_name AS display_name, u.email AS email
                        FROM membership m
                        JOIN app_user u ON u.id = m.user_id
                        WHERE""")
                    .append(which)
                    .append("ORDER BY m.user_id LIMIT ?", page.limit() + 1))
            .list(SupporterPerson::of);
    return ListPage.of(rows, page.limit(), supporterPerson -> supporterPerson.id().value())
        .mapItems(
            people ->
                people.stream()
                    .map(supporterPerson -> toSupporter(tx, creatorId, supporterPerson))
                    .toList());
  }

  /** A supporter, their quota, and the ledger lines behind it. */
  public record SupporterAccount(
      Supporter supporter, Quota quota, List<Ledger.LedgerEntry> entries) {}

  /**
   * Returns one supporter; for admins.
   *
   * @throws Problem 404 when the user isn't a supporter
   */
  public SupporterAccount getAccount(Transaction tx, UserId actor, UserId creatorId, UserId user) {
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    Membership membership =
        membershipStore.findMembership(tx, creatorId, user).orElseThrow(Problem::notFound);
    return new SupporterAccount(
        toSupporter(findPerson(tx, user), membership),
        membership.toQuota(),
        Ledger.findEntries(tx, creatorId, user));
  }

  private static SqlFragment matchesText(String text) {
    List<String> wanted = SearchWords.queryWords(text);
    SqlFragment named =
        wanted.stream()
            .map(word -> SqlFragment.contains("coalesce(u.name_key, lower(u.display_name))", word))
            .reduce(SqlFragment.TRUE, SqlFragment::and);
    SqlFragment addressed = SqlFragment.contains("u.email", CaseFolding.foldCase(text));
    return wanted.isEmpty() ? addressed : SqlFragment.anyOf(List.of(named, addressed));
  }

  private Supporter toSupporter(Transaction tx, UserId creatorId, SupporterPerson supporterPerson) {
    return toSupporter(
        supporterPerson,
        membershipStore.findMembership(tx, creatorId, supporterPerson.id()).orElseThrow());
  }

  private static Supporter toSupporter(SupporterPerson supporterPerson, Membership membership) {
    return new Supporter(
        supporterPerson.id(),
        supporterPerson.displayName(),
        supporterPerson.email(),
        membership.tier().id(),
        membership.requestsAllowed(),
        membership.used());
  }

  /**
   * Moves a supporter to another tier, effective immediately; for the creator.
   *
   * @throws Problem 404 when the user isn't a supporter, 400 when the tier isn't one of the
   *     creator's
   */
  public Supporter setTier(
      Transaction tx, UserId actor, UserId creatorId, UserId user, long tierId) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireCreator(tx, creator, actor);
    Membership before =
        membershipStore.lockMembership(tx, creatorId, user).orElseThrow(Problem::notFound);
    Tier tier = requireTier(tx, creatorId, tierId);
    membershipStore.updateTier(tx, before, tier);
    Membership after = membershipStore.lockMembership(tx, creatorId, user).orElseThrow();
    SupporterPerson supporterPerson = findPerson(tx, user);
    activityLog.recordActivity(
        tx,
        creatorId,
        actor,
        ActivityKind.SUPPORTER_TIER_CHANGED,
        new SupporterTierDetails(
            user, supporterPerson.displayName(), before.tier().name(), tier.name()));
    announceQuota(tx, after);
    return toSupporter(supporterPerson, after);
  }

  /**
   * Increases or decreases a supporter's allowance in the current period; for admins.
   *
   * @param amount not 0; negative to decrease
   * @throws Problem 404 when the user isn't a supporter, 403 for a team member's own quota
   */
  public QuotaGrant grantRequests(
      Transaction tx, UserId actor, UserId creatorId, UserId user, int amount, String reason) {
    CreatorRow creator = creatorStore.lockCreator(tx, creatorId);
    creatorRoles.requireAdmin(tx, creator, actor);
    Membership before =
        membershipStore.lockMembership(tx, creatorId, user).orElseThrow(Problem::notFound);
    creatorRoles.requireNotOwner(creator, actor, user);
    membershipStore.addGrant(tx, before, amount);
    Membership after = before.withUsage(before.used(), before.granted() + amount);
    long line = Ledger.addGrant(tx, after, amount, reason, actor);
    activityLog.recordActivity(
        tx,
        creatorId,
        actor,
        ActivityKind.QUOTA_GRANTED,
        new GrantDetails(user, findPerson(tx, user).displayName(), amount, reason));
    announceQuota(tx, after);
    return new QuotaGrant(after.toQuota(), Ledger.findEntry(tx, creatorId, user, line));
  }

  /** The quota after a grant, and the grant's ledger line. */
  public record QuotaGrant(Quota quota, Ledger.LedgerEntry entry) {}

  /**
   * Makes a user a supporter of a creator whose row is locked.
   *
   * @throws Problem 409 when the user already is one, or supports the maximum number of creators
   */
  public void addSupporter(Transaction tx, CreatorRow creator, UserId user, long tierId) {
    if (membershipStore.isMember(tx, creator.id(), user)) {
      throw Problem.conflict("already_member", "You already support this creator.");
    }
    if (membershipStore.countByUser(tx, user) >= MOST_OF_ONE_USER) {
      throw Problem.limitReached("too_many_memberships", MOST_OF_ONE_USER, "creators you support");
    }
    boolean admin = creatorRoles.isAdmin(tx, creator, user);
    Tier tier = requireTier(tx, creator.id(), tierId);
    membershipStore.insertMembership(tx, creator.id(), user, tier);
    creatorStore.incrementAudienceVersion(tx, creator);
    activityLog.recordActivity(
        tx,
        creator.id(),
        user,
        ActivityKind.SUPPORTER_JOINED,
        new SupporterDetails(user, findPerson(tx, user).displayName(), tier.name()));
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.add(
        MessageType.ACCESS_CHANGED,
        Map.of("creator_id", creator.id(), "role", admin ? "admin" : "supporter"),
        Set.of(user));
    QuotaService.addQuotaUpdate(
        membershipStore.findMembership(tx, creator.id(), user).orElseThrow(), outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
  }

  /** Ends the membership of somebody who leaves a locked creator. What was done in it stays. */
  public void endMembership(Transaction tx, CreatorRow creator, UserId user) {
    Membership membership = membershipStore.lockMembership(tx, creator.id(), user).orElseThrow();
    membershipStore.endMembership(tx, creator.id(), user);
    creatorStore.incrementAudienceVersion(tx, creator);
    activityLog.recordActivity(
        tx,
        creator.id(),
        user,
        ActivityKind.SUPPORTER_LEFT,
        new SupporterDetails(user, findPerson(tx, user).displayName(), membership.tier().name()));
  }

  private Tier requireTier(Transaction tx, UserId creatorId, long tierId) {
    return tierService
        .find(tx, creatorId, tierId)
        .orElseThrow(
            () ->
                Problem.validationFailed(
                    "tier_id", "must be the id of one of the creator's tiers"));
  }

  private void announceQuota(Transaction tx, Membership membership) {
    var outgoingMessages = new OutgoingMessages();
    QuotaService.addQuotaUpdate(membership, outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
  }

  private static SupporterPerson findPerson(Transaction tx, UserId user) {
    return tx.query("SELECT id, display_name, email FROM app_user WHERE id = ?", user)
        .single(SupporterPerson::of);
  }

  private record SupporterPerson(UserId id, String displayName, String email) {
    static SupporterPerson of(SqlRow row) throws SQLException {
      return new SupporterPerson(
          row.getUser("id"), row.getString("display_name"), row.getString("email"));
    }
  }
}
