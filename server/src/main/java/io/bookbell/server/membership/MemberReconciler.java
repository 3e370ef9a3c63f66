package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.Problem;
import io.bookbell.server.membership.EntitlementRules.Entitlement;
import io.bookbell.server.membership.MemberMatcher.Accounts;
import io.bookbell.server.membership.SourceMemberStore.StoredMember;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Applies what sources say of their members: stores it, and changes the memberships of those who
 * are supporters here or become ones. Applying the same again changes nothing. Callers pass few
 * members at a time, so that no transaction holds a creator for long. Thread-safe.
 *
 * <p>A source only acts when the tier that it gives changes. A tier that the creator has set by
 * hand since stays until then.
 */
public final class MemberReconciler {
  /** How many members are applied in one transaction. */
  public static final int MEMBERS_PER_STEP = 50;

  private final SourceMemberStore memberStore = new SourceMemberStore();
  private final SourceTierStore tierStore = new SourceTierStore();
  private final SourceStore sourceStore = new SourceStore();
  private final MemberMatcher memberMatcher = new MemberMatcher();
  private final CreatorStore creatorStore;
  private final MembershipChange membershipChange;

  public MemberReconciler(CreatorStore creatorStore, MembershipChange membershipChange) {
    this.creatorStore = creatorStore;
    this.membershipChange = membershipChange;
  }

  /** Locks a creator's row, before the creator's members are read. */
  void lock(Transaction tx, UserId creator) {
    creatorStore.lockCreator(tx, creator);
  }

  /**
   * Applies the state of some members of a creator, whose row it locks.
   *
   * @param seen when they were read from the source
   */
  public SyncCounts apply(
      Transaction tx,
      UserId creator,
      String source,
      Collection<ExternalMember> members,
      Instant seen) {
    creatorStore.lockCreator(tx, creator);
    if (sourceStore.find(tx, creator, source).isEmpty() || members.isEmpty()) {
      return SyncCounts.NONE; // disconnected meanwhile
    }
    EntitlementRules rules = loadRules(tx, creator, source);
    Accounts accounts = memberMatcher.findAccounts(tx, source, members);
    List<String> ids = members.stream().map(ExternalMember::id).toList();
    Map<String, StoredMember> stored = memberStore.findByIds(tx, creator, source, ids);
    var unchanged = new ArrayList<String>();
    var concerned = new TreeSet<UserId>();
    for (ExternalMember member : members) {
      @Nullable StoredMember before = stored.get(member.id());
      StoredMember after = decide(rules, accounts, creator, source, member, before, tx.now());
      if (after.equals(before)) {
        unchanged.add(member.id());
      } else {
        memberStore.store(tx, after, seen);
        addUsers(concerned, before, after);
      }
    }
    memberStore.markSeen(tx, creator, source, unchanged, seen);
    return reconcileUsers(tx, creator, source, concerned);
  }

  private EntitlementRules loadRules(Transaction tx, UserId creator, String source) {
    return new EntitlementRules(
        tierStore.findMapping(tx, creator, source), sourceStore.findGrace(tx, creator, source));
  }

  private static StoredMember decide(
      EntitlementRules rules,
      Accounts accounts,
      UserId creator,
      String source,
      ExternalMember member,
      @Nullable StoredMember before,
      Instant now) {
    Entitlement held = before == null ? Entitlement.NONE : before.entitlement();
    Optional<UserId> known = before == null ? Optional.empty() : Optional.ofNullable(before.user());
    return new StoredMember(
        creator,
        source,
        member,
        accounts.findUser(member, known).orElse(null),
        rules.decide(member, held, now));
  }

  private static void addUsers(
      Set<UserId> users, @Nullable StoredMember before, StoredMember after) {
    if (before != null && before.user() != null) {
      users.add(before.user());
    }
    if (after.user() != null) {
      users.add(after.user());
    }
  }

  private SyncCounts reconcileUsers(
      Transaction tx, UserId creator, String source, Collection<UserId> users) {
    SyncCounts counts = SyncCounts.NONE;
    for (UserId user : users) {
      if (!user.equals(creator)) {
        counts = counts.plus(reconcileUser(tx, creator, source, user));
      }
    }
    return counts;
  }

  private SyncCounts reconcileUser(Transaction tx, UserId creator, String source, UserId user) {
    Set<Long> tiers = memberStore.findTiers(tx, creator, user);
    Optional<GivenTier> given = GivenTier.find(tx, creator, user);
    Optional<GivenTier> notKept = given.filter(last -> !last.kept());
    if (tiers.isEmpty()) {
      return notKept.map(last -> takeBack(tx, creator, source, user, last)).orElse(SyncCounts.NONE);
    }
    Optional<Long> best = membershipChange.findBest(tx, creator, tiers);
    Optional<Long> last = notKept.flatMap(tier -> findCurrent(tx, creator, tier.tier()));
    if (best.isEmpty() || best.equals(last)) {
      return SyncCounts.NONE; // nothing new, or the tier was deleted
    }
    return give(tx, creator, source, user, best.get(), given);
  }

  private SyncCounts give(
      Transaction tx,
      UserId creator,
      String source,
      UserId user,
      long tier,
      Optional<GivenTier> given) {
    Optional<Long> current = membershipChange.findTier(tx, creator, user);
    if (!current.equals(Optional.of(tier))) {
      try {
        membershipChange.giveTier(tx, creator, user, tier, source);
      } catch (Problem refusal) { // tried again when the entitlement changes
        return SyncCounts.NONE;
      }
    }
    new GivenTier(tier, findPrior(tx, creator, given, current), false).store(tx, creator, user);
    if (current.isEmpty()) {
      return SyncCounts.ADDED;
    }
    return current.get() == tier ? SyncCounts.NONE : SyncCounts.CHANGED;
  }

  /**
   * The tier from before the sources', also if a source was disconnected and is connected again.
   */
  private @Nullable Long findPrior(
      Transaction tx, UserId creator, Optional<GivenTier> given, Optional<Long> current) {
    boolean isLastOfSource =
        given
            .filter(last -> !last.kept() || findCurrent(tx, creator, last.tier()).equals(current))
            .isPresent();
    return isLastOfSource ? given.get().prior() : current.orElse(null);
  }

  /** Gives back the tier from before the source's; somebody who had none isn't a supporter then. */
  private SyncCounts takeBack(
      Transaction tx, UserId creator, String source, UserId user, GivenTier given) {
    GivenTier.delete(tx, creator, user);
    Optional<Long> current = membershipChange.findTier(tx, creator, user);
    if (current.isEmpty()) {
      return SyncCounts.NONE; // ended by hand
    }
    Optional<Long> prior =
        Optional.ofNullable(given.prior()).flatMap(tier -> findCurrent(tx, creator, tier));
    if (prior.isEmpty()) {
      membershipChange.endMembership(tx, creator, user, source);
      return SyncCounts.ENDED;
    }
    if (!Objects.equals(current, prior)) {
      membershipChange.giveTier(tx, creator, user, prior.get(), source);
      return SyncCounts.CHANGED;
    }
    return SyncCounts.NONE;
  }

  /** Returns a tier, or the one that its supporters were moved to. */
  private Optional<Long> findCurrent(Transaction tx, UserId creator, long tier) {
    return membershipChange.findBest(tx, creator, Set.of(tier));
  }

  /**
   * Applies what is stored of some members again, because the time, the tiers or an account has
   * changed. The creator's row is locked.
   */
  SyncCounts applyAgain(Transaction tx, UserId creator, List<StoredMember> members) {
    SyncCounts counts = SyncCounts.NONE;
    for (String source : members.stream().map(StoredMember::source).distinct().toList()) {
      List<ExternalMember> some =
          members.stream()
              .filter(stored -> stored.source().equals(source))
              .map(StoredMember::member)
              .toList();
      counts = counts.plus(apply(tx, creator, source, some, tx.now()));
    }
    return counts;
  }
}
