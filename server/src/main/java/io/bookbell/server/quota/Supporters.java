package io.bookbell.server.quota;

import static io.bookbell.server.storage.schema.Tables.APP_USER;
import static io.bookbell.server.storage.schema.Tables.MEMBERSHIP;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.lower;
import static org.jooq.impl.DSL.noCondition;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.Activity;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.creator.Creators;
import io.bookbell.server.creator.Roles;
import io.bookbell.server.inbox.Change;
import io.bookbell.server.inbox.Inbox;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.CaseFolding;
import io.bookbell.server.text.SearchWords;
import io.bookbell.server.web.Page;
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
public final class Supporters {
  private final Memberships memberships = new Memberships();
  private static final int MOST_OF_ONE_USER = 500;

  private final Creators creators;
  private final Roles roles;
  private final Tiers tiers;
  private final Activity activity;
  private final Inbox inbox;

  public Supporters(Creators creators, Roles roles, Tiers tiers, Activity activity, Inbox inbox) {
    this.creators = creators;
    this.roles = roles;
    this.tiers = tiers;
    this.activity = activity;
    this.inbox = inbox;
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
  public Page<Supporter> list(
      Transaction tx, UserId actor, UserId creatorId, Optional<String> text, PageRequest page) {
    roles.requireAdmin(tx, creators.get(tx, creatorId), actor);
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
            .and(text.map(Supporters::mentions).orElseGet(DSL::noCondition))
            .orderBy(MEMBERSHIP.USER_ID)
            .limit(page.limit() + 1)
            .fetch(row -> new Person(row.value1(), row.value2(), row.value3()));
    return Page.of(rows, page.limit(), person -> person.id().value())
        .map(people -> people.stream().map(person -> supporter(tx, creatorId, person)).toList());
  }

  /** A supporter, and how their quota comes about. */
  public record Account(Supporter supporter, Quota quota, List<Ledger.LedgerEntry> entries) {}

  /**
   * One supporter, for an admin.
   *
   * @throws Problem 404 when the user is no supporter
   */
  public Account account(Transaction tx, UserId actor, UserId creatorId, UserId user) {
    roles.requireAdmin(tx, creators.get(tx, creatorId), actor);
    Membership membership = memberships.find(tx, creatorId, user).orElseThrow(Problem::notFound);
    return new Account(
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

  private Supporter supporter(Transaction tx, UserId creatorId, Person person) {
    return supporter(person, memberships.find(tx, creatorId, person.id()).orElseThrow());
  }

  private static Supporter supporter(Person person, Membership membership) {
    return new Supporter(
        person.id(),
        person.displayName(),
        person.email(),
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
    CreatorRow creator = creators.lock(tx, creatorId);
    roles.requireCreator(tx, creator, actor);
    Membership before = memberships.lock(tx, creatorId, user).orElseThrow(Problem::notFound);
    Tier tier = tierOf(tx, creatorId, tierId);
    memberships.setTier(tx, before, tier);
    Membership after = memberships.lock(tx, creatorId, user).orElseThrow();
    Person person = person(tx, user);
    activity.record(
        tx, creatorId, actor, "supporter_tier_changed", person.displayName() + ": " + tier.name());
    announce(tx, after);
    return supporter(person, after);
  }

  /**
   * Adds to a supporter's allowance in the current period, or takes from it.
   *
   * @param amount not 0
   * @throws Problem 404 when the user is no supporter, 403 for a team member's own account
   */
  public Grant grant(
      Transaction tx, UserId actor, UserId creatorId, UserId user, int amount, String reason) {
    CreatorRow creator = creators.lock(tx, creatorId);
    roles.requireAdmin(tx, creator, actor);
    Membership before = memberships.lock(tx, creatorId, user).orElseThrow(Problem::notFound);
    roles.requireOtherThanOwn(creator, actor, user);
    memberships.grant(tx, before, amount);
    Membership after = before.with(before.used(), before.granted() + amount);
    long line = Ledger.add(tx, after, after.periodKey(), Ledger.GRANT, amount, null, reason, actor);
    String sign = amount > 0 ? "+" : "";
    activity.record(
        tx,
        creatorId,
        actor,
        "quota_granted",
        person(tx, user).displayName() + ": " + sign + amount + ", " + reason);
    announce(tx, after);
    return new Grant(after.quota(), Ledger.entry(tx, creatorId, user, line));
  }

  /** The quota after a grant, and its line in the ledger. */
  public record Grant(Quota quota, Ledger.LedgerEntry entry) {}

  /**
   * Makes a user a supporter of a creator whose row is locked.
   *
   * @throws Problem 409 when the user is one already, or of as many creators as one may be
   */
  public void join(Transaction tx, CreatorRow creator, UserId user, long tierId) {
    if (memberships.exists(tx, creator.id(), user)) {
      throw Problem.conflict("already_member", "You already support this creator.");
    }
    if (memberships.numberOf(tx, user) >= MOST_OF_ONE_USER) {
      throw Problem.full("too_many_memberships", MOST_OF_ONE_USER, "creators you support");
    }
    boolean admin = roles.isAdmin(tx, creator, user);
    memberships.create(tx, creator.id(), user, tierOf(tx, creator.id(), tierId));
    creators.audienceChanged(tx, creator);
    activity.record(tx, creator.id(), user, "supporter_joined", person(tx, user).displayName());
    var change = new Change();
    change.add(
        MessageType.ACCESS_CHANGED,
        Map.of("creator_id", creator.id(), "role", admin ? "admin" : "supporter"),
        Set.of(user));
    Quotas.announce(memberships.find(tx, creator.id(), user).orElseThrow(), change);
    inbox.append(tx, change);
  }

  private Tier tierOf(Transaction tx, UserId creatorId, long tierId) {
    return tiers
        .find(tx, creatorId, tierId)
        .orElseThrow(
            () -> Problem.validation("tier_id", "must be the id of one of the creator's tiers"));
  }

  private void announce(Transaction tx, Membership membership) {
    var change = new Change();
    Quotas.announce(membership, change);
    inbox.append(tx, change);
  }

  private static Person person(Transaction tx, UserId user) {
    return tx.sql()
        .select(APP_USER.ID, APP_USER.DISPLAY_NAME, APP_USER.EMAIL)
        .from(APP_USER)
        .where(APP_USER.ID.eq(user))
        .fetchSingle(row -> new Person(row.value1(), row.value2(), row.value3()));
  }

  private record Person(UserId id, String displayName, String email) {}
}
