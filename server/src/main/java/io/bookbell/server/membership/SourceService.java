package io.bookbell.server.membership;

import io.bookbell.hub.UserId;
import io.bookbell.server.activity.ActivityDetails.SourceDetails;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.creator.CreatorRoles;
import io.bookbell.server.creator.CreatorStore;
import io.bookbell.server.http.FieldError;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.membership.SourceException.SourceProblem;
import io.bookbell.server.membership.SourceMemberStore.StoredMember;
import io.bookbell.server.membership.SourceStore.ConnectedSource;
import io.bookbell.server.membership.SourceTierStore.SourceTier;
import io.bookbell.server.notification.NotificationDetails.SourceRefusalDetails;
import io.bookbell.server.notification.NotificationFacts;
import io.bookbell.server.notification.NotificationKind;
import io.bookbell.server.notification.NotificationService;
import io.bookbell.server.notification.NotificationService.NewNotification;
import io.bookbell.server.quota.Tier;
import io.bookbell.server.quota.TierService;
import io.bookbell.server.storage.Transaction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Manages the sources of creators: connecting, mapping tiers, and the accounts that supporters have
 * connected themselves. Thread-safe.
 */
public final class SourceService {
  /** Longer than from one monthly payment to the next. */
  private static final Duration TIME_FOR_PAYMENT = Duration.ofDays(35);

  private final SourceStore sourceStore = new SourceStore();
  private final SourceTierStore tierStore = new SourceTierStore();
  private final SourceMemberStore memberStore = new SourceMemberStore();
  private final MemberMatcher memberMatcher = new MemberMatcher();
  private final SourceSecrets secrets = new SourceSecrets();
  private final CreatorStore creatorStore;
  private final CreatorRoles creatorRoles;
  private final TierService tierService;
  private final ActivityLog activityLog;
  private final MemberReconciler reconciler;
  private final NotificationService notificationService;
  private final InboxStore inboxStore;

  public SourceService(
      CreatorStore creatorStore,
      CreatorRoles creatorRoles,
      TierService tierService,
      ActivityLog activityLog,
      MemberReconciler reconciler,
      NotificationService notificationService,
      InboxStore inboxStore) {
    this.creatorStore = creatorStore;
    this.creatorRoles = creatorRoles;
    this.tierService = tierService;
    this.activityLog = activityLog;
    this.reconciler = reconciler;
    this.notificationService = notificationService;
    this.inboxStore = inboxStore;
  }

  /**
   * A source in the form that its creator sees.
   *
   * @param unknown members with a tier and without an account here, now
   */
  public record SourceState(ConnectedSource source, List<SourceTier> tiers, int unknown) {}

  /** A tier of a source, and the tier it is to stand for; null for none. */
  public record TierMapping(String externalId, @Nullable Long tierId) {}

  /** Requires the creator, without a lock. */
  public void requireCreator(Transaction tx, UserId actor, UserId creator) {
    creatorRoles.requireCreator(tx, creatorStore.get(tx, creator), actor);
  }

  /** Returns a creator's source, for the creator; empty if it isn't connected. */
  public Optional<SourceState> find(Transaction tx, UserId actor, UserId creator, String source) {
    requireCreator(tx, actor, creator);
    return sourceStore
        .find(tx, creator, source)
        .map(
            found ->
                new SourceState(
                    found,
                    findTiers(tx, creator, source),
                    memberStore.countUnknown(tx, creator, source)));
  }

  /** A source's tiers; one that stands for a deleted tier stands for where its people went. */
  private List<SourceTier> findTiers(Transaction tx, UserId creator, String source) {
    return tierStore.list(tx, creator, source).stream()
        .map(
            tier ->
                tier.standingFor(
                    Optional.ofNullable(tier.tierId())
                        .flatMap(id -> tierService.findSuccessor(tx, creator, id))
                        .map(Tier::id)
                        .orElse(null)))
        .toList();
  }

  /** Returns the id of the creator's account at a source; empty if it isn't connected. */
  public Optional<String> findAccountId(Transaction tx, UserId creator, String source) {
    return sourceStore.find(tx, creator, source).map(ConnectedSource::accountId);
  }

  /**
   * Connects a source, or connects it again; for the creator.
   *
   * @param firstSync when it is to be synced; null if it can't be listed: then its members have
   *     time for another payment if its secret was lost, because those of meanwhile are missing
   */
  public void connect(
      Transaction tx,
      UserId actor,
      UserId creator,
      String source,
      String accountId,
      String accountName,
      @Nullable Instant firstSync) {
    creatorRoles.requireCreator(tx, creatorStore.lockCreator(tx, creator), actor);
    Optional<ConnectedSource> before = sourceStore.find(tx, creator, source);
    if (before.filter(found -> !found.accountId().equals(accountId)).isPresent()) {
      removeStored(tx, creator, source);
    } else if (firstSync == null && before.isPresent() && !hasSecret(tx, creator, source)) {
      memberStore.awaitPayments(tx, creator, source, tx.now().plus(TIME_FOR_PAYMENT));
    }
    sourceStore.connect(tx, creator, source, accountId, accountName, firstSync);
    activityLog.recordActivity(
        tx, creator, actor, ActivityKind.SOURCE_CONNECTED, new SourceDetails(source));
  }

  private boolean hasSecret(Transaction tx, UserId creator, String source) {
    return secrets.find(tx, creator, source).isPresent();
  }

  private void removeStored(Transaction tx, UserId creator, String source) {
    memberStore.deleteAll(tx, creator, source);
    tierStore.deleteAll(tx, creator, source);
    GivenTier.keepAbandoned(tx, creator);
  }

  /** Lets all supporters keep the tiers that no source gives them any more. */
  public static void keepAbandonedTiers(Transaction tx) {
    GivenTier.keepAbandoned(tx);
  }

  /** Disconnects a source; for the creator. Supporters keep the tiers they have. */
  public void disconnect(Transaction tx, UserId actor, UserId creator, String source) {
    creatorRoles.requireCreator(tx, creatorStore.lockCreator(tx, creator), actor);
    if (sourceStore.find(tx, creator, source).isEmpty()) {
      throw Problem.notFound();
    }
    removeStored(tx, creator, source);
    sourceStore.disconnect(tx, creator, source);
    activityLog.recordActivity(
        tx, creator, actor, ActivityKind.SOURCE_DISCONNECTED, new SourceDetails(source));
  }

  /**
   * Tells the creator, and the team in the activity log, that a source has to be connected again.
   */
  public void recordFailure(Transaction tx, UserId creator, String source, SourceProblem problem) {
    if (problem == SourceProblem.REVOKED) {
      activityLog.recordActivity(
          tx, creator, creator, ActivityKind.SOURCE_FAILED, new SourceDetails(source));
      var facts =
          new NotificationFacts(
              NotificationKind.SOURCE_FAILED, new SourceRefusalDetails(nameForPeople(source)));
      var outgoingMessages = new OutgoingMessages();
      notificationService.addNotification(
          tx,
          new NewNotification(creator, null, facts, null, true),
          Set.of(creator),
          outgoingMessages);
      inboxStore.append(tx, outgoingMessages);
    }
  }

  private static String nameForPeople(String source) {
    return source.equals("kofi")
        ? "Ko-fi"
        : source.substring(0, 1).toUpperCase(Locale.ROOT) + source.substring(1);
  }

  /**
   * Maps tiers and sets the grace period; for the creator. All members are looked at again, in
   * steps.
   *
   * @param graceDays empty to keep the grace period
   * @throws Problem 400 when a tier is unknown to the source, or isn't one of the creator's
   */
  public void configure(
      Transaction tx,
      UserId actor,
      UserId creator,
      String source,
      List<TierMapping> mappings,
      Optional<Integer> graceDays) {
    creatorRoles.requireCreator(tx, creatorStore.lockCreator(tx, creator), actor);
    if (sourceStore.find(tx, creator, source).isEmpty()) {
      throw Problem.notFound();
    }
    requireTiers(tx, creator, mappings);
    var errors = new ArrayList<FieldError>();
    for (TierMapping mapping : mappings) {
      if (!tierStore.mapTier(tx, creator, source, mapping.externalId, mapping.tierId)) {
        errors.add(
            new FieldError(
                "map", "has a tier that isn't one of the service's: " + mapping.externalId));
      }
    }
    if (!errors.isEmpty()) {
      throw Problem.validationFailed(errors);
    }
    graceDays.ifPresent(days -> sourceStore.setGrace(tx, creator, source, days));
    sourceStore.startRedeciding(tx, creator, source);
  }

  private void requireTiers(Transaction tx, UserId creator, List<TierMapping> mappings) {
    for (TierMapping mapping : mappings) {
      Long tier = mapping.tierId;
      if (tier != null && tierService.find(tx, creator, tier).isEmpty()) {
        throw Problem.validationFailed(
            "map", "must have tier_ids of the creator's tiers or null, but " + tier + " is none");
      }
    }
  }

  /**
   * Connects a user's own account at a source, and applies the memberships that it has.
   *
   * @param memberships by the creators' account ids at the source
   * @return the creators whom the user supports through it
   */
  public Set<UserId> linkAccount(
      Transaction tx,
      UserId user,
      String source,
      String externalId,
      Map<String, ExternalMember> memberships) {
    memberMatcher.linkAccount(tx, user, source, externalId);
    memberships.entrySet().stream()
        .flatMap(
            membership ->
                sourceStore.findByAccounts(tx, source, Set.of(membership.getKey())).stream()
                    .map(creator -> new Linked(creator, membership.getValue())))
        .sorted(Comparator.comparing(Linked::creator))
        .forEach(
            linked -> {
              var _ =
                  reconciler.apply(tx, linked.creator, source, List.of(linked.member), tx.now());
            });
    return findSupported(tx, source, memberships);
  }

  private record Linked(UserId creator, ExternalMember member) {}

  /** Returns those of the accounts that creators have connected here. */
  public Set<String> findConnected(Transaction tx, String source, Set<String> accounts) {
    return accounts.isEmpty() ? Set.of() : sourceStore.findConnected(tx, source, accounts);
  }

  /** Returns who has connected an account of a source. */
  public Optional<UserId> findLinked(Transaction tx, String source, String externalId) {
    return memberMatcher.findLinked(tx, source, externalId);
  }

  /** Returns when a user has connected an account of a source; empty without one. */
  public Optional<Instant> findLinkTime(Transaction tx, String source, UserId user) {
    return memberMatcher.findLinkTime(tx, source, user);
  }

  /**
   * Returns the creators whom memberships entitle to a tier.
   *
   * @param memberships by the creators' account ids at the source
   */
  public Set<UserId> findSupported(
      Transaction tx, String source, Map<String, ExternalMember> memberships) {
    var supported = new TreeSet<UserId>();
    memberships.forEach(
        (account, member) ->
            sourceStore.findByAccounts(tx, source, Set.of(account)).stream()
                .filter(creator -> isEntitled(tx, creator, source, member))
                .forEach(supported::add));
    return supported;
  }

  private boolean isEntitled(Transaction tx, UserId creator, String source, ExternalMember member) {
    var mapping = tierStore.findMapping(tx, creator, source);
    return member.tiers().stream().anyMatch(mapping::containsKey);
  }

  /**
   * Applies an event that says itself what is true, from a source that can't be read.
   *
   * @param tiers those that the event names
   * @param memberId whom it concerns
   * @param change returns the member after the event, given the one before; nothing if it changes
   *     nothing
   */
  public void receive(
      Transaction tx,
      UserId creator,
      String source,
      List<ExternalTier> tiers,
      String memberId,
      Function<Optional<ExternalMember>, List<ExternalMember>> change) {
    reconciler.lock(tx, creator);
    tierStore.store(tx, creator, source, tiers);
    Optional<ExternalMember> before =
        Optional.ofNullable(
                memberStore.findByIds(tx, creator, source, Set.of(memberId)).get(memberId))
            .map(StoredMember::member);
    var _ = reconciler.apply(tx, creator, source, change.apply(before), tx.now());
  }

  /** Gives a member whose id is an address the id of now, before {@link #receive}. */
  public void replaceAddressAsId(Transaction tx, UserId creator, String source, String email) {
    reconciler.lock(tx, creator);
    memberStore.replaceAddressAsId(tx, creator, source, email);
  }

  /** Disconnects a user's own account at a source. Memberships stay as they are. */
  public void unlinkAccount(Transaction tx, UserId user, String source) {
    memberMatcher.unlinkAccount(tx, user, source);
  }

  /** Disconnects all of a user's own accounts at sources. Memberships stay as they are. */
  public void unlinkAccounts(Transaction tx, UserId user) {
    memberMatcher.unlinkAccounts(tx, user);
  }

  /** Disconnects the sources of a creator whose account is removed, and whose row is locked. */
  public void forgetCreator(Transaction tx, UserId creator) {
    for (String source : sourceStore.findNames(tx, creator)) {
      removeStored(tx, creator, source);
      sourceStore.disconnect(tx, creator, source);
    }
  }

  /** Forgets which members a removed account belonged to. Its memberships have ended. */
  public void forgetUser(Transaction tx, UserId user) {
    memberMatcher.unlinkAccounts(tx, user);
    memberStore.forgetUser(tx, user);
    GivenTier.deleteAll(tx, user);
  }
}
