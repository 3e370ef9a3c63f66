package io.bookbell.server.quota;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.MEMBERSHIP;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.lower;
import static org.jooq.impl.DSL.noCondition;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.CaseFolding;
import io.bookbell.server.text.SearchWords;
import io.bookbell.server.web.ListPage;
import io.bookbell.server.web.PageRequest;
import io.bookbell.server.web.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** A creator's supporters: who they are, on which tier, and what they were granted. Thread-safe. */
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

  /** A supporter as an admin sees them. */
  public record Supporter(
      UserId userId,
      String displayName,
      String email,
      long tierId,
      int requestsAllowed,
      int requestsUsed) {}

  /** Supporters in the order of their ids, optionally those whose name or address has the text. */
  public ListPage<Supporter> list(
      Transaction tx, UserId actor, UserId creatorId, Optional<String> text, PageRequest page) {
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    var rows =
        tx.sql()
            .select(APP_USER.ID, APP_USER.DISPLAY_NAME, APP_USER.EMAIL)
            .from(MEMBERSHIP)
            .join(APP_USER)
            .on(APP_USER.ID.eq(MEMBERSHIP.USER_ID))
            .where(MEMBERSHIP.CREATOR_ID.eq(creatorId))
            .and(
                page.cursor()
                    .map(UserId::new)
                    .map(MEMBERSHIP.USER_ID::gt)
                    .orElseGet(DSL::noCondition))
            .and(text.map(SupporterService::mentions).orElseGet(DSL::noCondition))
            .orderBy(MEMBERSHIP.USER_ID)
            .limit(page.limit() + 1)
            .fetch(row -> new SupporterPerson(row.value1(), row.value2(), row.value3()));
    return ListPage.of(rows, page.limit(), supporterPerson -> supporterPerson.id().value())
        .map(
            people ->
                people.stream()
                    .map(supporterPerson -> supporter(tx, creatorId, supporterPerson))
                    .toList());
  }

  /** A supporter, and how their quota comes about. */
  public record SupporterAccount(
      Supporter supporter, Quota quota, List<Ledger.LedgerEntry> entries) {}

  /**
   * One supporter, for an admin.
   *
   * @throws Problem 404 when the user is no supporter
   */
  public SupporterAccount account(Transaction tx, UserId actor, UserId creatorId, UserId user) {
    creatorRoles.requireAdmin(tx, creatorStore.get(tx, creatorId), actor);
    Membership membership =
        membershipStore.find(tx, creatorId, user).orElseThrow(Problem::notFound);
    return new SupporterAccount(
        supporter(person(tx, user), membership),
        membership.quota(),
        Ledger.entries(tx, creatorId, user));
  }

  private static Condition mentions(String text) {
    List<String> wanted = SearchWords.wanted(text);
    Field<String> name = coalesce(APP_USER.NAME_KEY, lower(APP_USER.DISPLAY_NAME));
    Condition named =
        wanted.stream().map(word -> name.contains(word)).reduce(noCondition(), Condition::and);
    Condition addressed = APP_USER.EMAIL.contains(CaseFolding.fold(text));
    return wanted.isEmpty() ? addressed : named.or(addressed);
  }

  private Supporter supporter(Transaction tx, UserId creatorId, SupporterPerson supporterPerson) {
    return supporter(
        supporterPerson, membershipStore.find(tx, creatorId, supporterPerson.id()).orElseThrow());
  }

  private static Supporter supporter(SupporterPerson supporterPerson, Membership membership) {
    return new Supporter(
        supporterPerson.id(),
        supporterPerson.displayName(),
        supporterPerson.email(),
        membership.tier().id(),
        membership.allowed(),
        membership.used());
  }

  /**
   * Puts a supporter on another tier, at once.
   *
   * @throws Problem 404 when the user is no supporter, 400 when the tier is not the creator's
   */
  public Supporter setTier(
      Transaction tx, UserId actor, UserId creatorId, UserId user, long tierId) {
    CreatorRow creator = creatorStore.lock(tx, creatorId);
    creatorRoles.requireCreator(tx, creator, actor);
    Membership before = membershipStore.lock(tx, creatorId, user).orElseThrow(Problem::notFound);
    Tier tier = tierOf(tx, creatorId, tierId);
    membershipStore.setTier(tx, before, tier);
    Membership after = membershipStore.lock(tx, creatorId, user).orElseThrow();
    SupporterPerson supporterPerson = person(tx, user);
    activityLog.record(
        tx,
        creatorId,
        actor,
        "supporter_tier_changed",
        supporterPerson.displayName() + ": " + tier.name());
    announce(tx, after);
    return supporter(supporterPerson, after);
  }

  /**
   * Adds to a supporter's allowance in the current period, or takes from it.
   *
   * @param amount not 0
   * @throws Problem 404 when the user is no supporter, 403 for a team member's own account
   */
  public QuotaGrant grant(
      Transaction tx, UserId actor, UserId creatorId, UserId user, int amount, String reason) {
    CreatorRow creator = creatorStore.lock(tx, creatorId);
    creatorRoles.requireAdmin(tx, creator, actor);
    Membership before = membershipStore.lock(tx, creatorId, user).orElseThrow(Problem::notFound);
    creatorRoles.requireOtherThanOwn(creator, actor, user);
    membershipStore.grant(tx, before, amount);
    Membership after = before.with(before.used(), before.granted() + amount);
    long line = Ledger.add(tx, after, after.periodKey(), Ledger.GRANT, amount, null, reason, actor);
    String sign = amount > 0 ? "+" : "";
    activityLog.record(
        tx,
        creatorId,
        actor,
        "quota_granted",
        person(tx, user).displayName() + ": " + sign + amount + ", " + reason);
    announce(tx, after);
    return new QuotaGrant(after.quota(), Ledger.entry(tx, creatorId, user, line));
  }

  /** The quota after a grant, and its line in the ledger. */
  public record QuotaGrant(Quota quota, Ledger.LedgerEntry entry) {}

  /**
   * Makes a user a supporter of a creator whose row is locked.
   *
   * @throws Problem 409 when the user is one already, or of as many creators as one may be
   */
  public void join(Transaction tx, CreatorRow creator, UserId user, long tierId) {
    if (membershipStore.exists(tx, creator.id(), user)) {
      throw Problem.conflict("already_member", "You already support this creator.");
    }
    if (membershipStore.numberOf(tx, user) >= MOST_OF_ONE_USER) {
      throw Problem.full("too_many_memberships", MOST_OF_ONE_USER, "creators you support");
    }
    boolean admin = creatorRoles.isAdmin(tx, creator, user);
    membershipStore.create(tx, creator.id(), user, tierOf(tx, creator.id(), tierId));
    creatorStore.audienceChanged(tx, creator);
    activityLog.record(tx, creator.id(), user, "supporter_joined", person(tx, user).displayName());
    var outgoingMessages = new OutgoingMessages();
    outgoingMessages.add(
        MessageType.ACCESS_CHANGED,
        Map.of("creator_id", creator.id(), "role", admin ? "admin" : "supporter"),
        Set.of(user));
    QuotaService.announce(
        membershipStore.find(tx, creator.id(), user).orElseThrow(), outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
  }

  private Tier tierOf(Transaction tx, UserId creatorId, long tierId) {
    return tierService
        .find(tx, creatorId, tierId)
        .orElseThrow(
            () -> Problem.validation("tier_id", "must be the id of one of the creator's tiers"));
  }

  private void announce(Transaction tx, Membership membership) {
    var outgoingMessages = new OutgoingMessages();
    QuotaService.announce(membership, outgoingMessages);
    inboxStore.append(tx, outgoingMessages);
  }

  private static SupporterPerson person(Transaction tx, UserId user) {
    return tx.sql()
        .select(APP_USER.ID, APP_USER.DISPLAY_NAME, APP_USER.EMAIL)
        .from(APP_USER)
        .where(APP_USER.ID.eq(user))
        .fetchSingle(row -> new SupporterPerson(row.value1(), row.value2(), row.value3()));
  }

  private record SupporterPerson(UserId id, String displayName, String email) {}
}
