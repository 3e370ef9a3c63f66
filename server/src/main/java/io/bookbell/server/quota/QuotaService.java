package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Problem;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.quota.Ledger.PeriodUse;
import io.bookbell.server.quota.SharedCounter.ConsumeResult;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.SqlFragment;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Consumes and refunds requests, exactly once even under concurrency. Thread-safe.
 *
 * <p>A consumption is a conditional update of the membership row, and a unique key of the ledger
 * allows one refund per request, so no locks are needed beyond the rows of the transaction. While
 * another system takes requests from a {@link SharedCounter}, both counters must have room.
 */
public final class QuotaService {
  private final MembershipStore membershipStore = new MembershipStore();
  private final SharedCounter sharedCounter;

  public QuotaService() {
    this(SharedCounter.NONE);
  }

  /**
   * Creates the service.
   *
   * @param sharedCounter from which requests are taken, too
   */
  public QuotaService(SharedCounter sharedCounter) {
    this.sharedCounter = sharedCounter;
  }

  /** Returns a user's quota with one creator; empty unless the user is a supporter. */
  public Optional<Quota> findQuota(Transaction tx, UserId creator, UserId user) {
    return membershipStore
        .findMembership(tx, creator, user)
        .map(membership -> toQuota(tx, membership));
  }

  /** Returns the user's quotas with all creators they support, ordered by creator. */
  public List<Quota> findByUser(Transaction tx, UserId user) {
    return membershipStore.findByUser(tx, user).stream()
        .map(membership -> toQuotaLater(tx, membership))
        .toList()
        .stream()
        .map(Supplier::get)
        .toList();
  }

  /** A membership's quota, with no more left than there is in the shared counter. */
  Quota toQuota(Transaction tx, Membership membership) {
    return toQuotaLater(tx, membership).get();
  }

  /** Queues {@link #toQuota}. */
  Supplier<Quota> toQuotaLater(Transaction tx, Membership membership) {
    Quota own = membership.toQuota();
    Supplier<OptionalInt> remaining =
        sharedCounter.findRemainingLater(tx, membership.creator(), membership.user());
    return () -> {
      OptionalInt shared = remaining.get();
      return shared.isPresent() ? own.withRemainingAtMost(shared.getAsInt()) : own;
    };
  }

  /** Reads the user's tiers and quotas with all creators they support. */
  public Supplier<List<SupporterQuota>> findSupportLater(Transaction tx, UserId user) {
    var memberships = membershipStore.findByUserLater(tx, user);
    return () ->
        memberships.get().stream()
            .map(membership -> new SupporterQuota(membership.tier(), toQuota(tx, membership)))
            .toList();
  }

  /** A condition on a column with a creator's id: that the user is a supporter of the creator. */
  public static SqlFragment isSupported(String column, UserId user) {
    return MembershipStore.isSupported(column, user);
  }

  public boolean isSupporter(Transaction tx, UserId creator, UserId user) {
    return membershipStore.isMember(tx, creator, user);
  }

  /** Queues {@link #isSupporter}. */
  public Supplier<Boolean> isSupporterLater(Transaction tx, UserId creator, UserId user) {
    return membershipStore.isMemberLater(tx, creator, user);
  }

  public Set<UserId> findSupporters(Transaction tx, UserId creator) {
    return membershipStore.findSupporters(tx, creator);
  }

  /** Returns the ledger lines behind a quota, newest first. */
  public List<Ledger.LedgerEntry> findEntries(Transaction tx, UserId creator, UserId user) {
    return findEntriesLater(tx, creator, user).get();
  }

  /** Queues {@link #findEntries}. */
  public Supplier<List<Ledger.LedgerEntry>> findEntriesLater(
      Transaction tx, UserId creator, UserId user) {
    return Ledger.findEntriesLater(tx, creator, user);
  }

  /**
   * Locks a supporter's membership.
   *
   * @return empty if the user isn't a supporter
   */
  public Supplier<Optional<LockedMembership>> lockMembershipLater(
      Transaction tx, UserId creator, UserId user) {
    Supplier<Optional<Membership>> locked = membershipStore.lockMembershipLater(tx, creator, user);
    return () -> locked.get().map(LockedMembership::new);
  }

  /**
   * Takes one request from a locked membership, and from the shared counter. The caller has to
   * write the ledger line with {@link #recordConsumption} once the request has an id.
   *
   * @throws Problem 409 when nothing is left
   */
  public Consumption consumeRequest(Transaction tx, LockedMembership locked) {
    Membership membership = locked.membership;
    Membership after =
        membershipStore
            .consumeRequest(tx, membership)
            .orElseThrow(() -> QuotaExhaustion.problemFor(membership));
    ConsumeResult shared = sharedCounter.consume(tx, membership.creator(), membership.user());
    if (shared == ConsumeResult.USED_UP) {
      throw QuotaExhaustion.sharedProblem();
    }
    return new Consumption(after, shared == ConsumeResult.TAKEN);
  }

  /** Writes the ledger line of a consumption and adds the new quota to the messages. */
  public void recordConsumption(
      Transaction tx,
      Consumption consumption,
      long request,
      String title,
      UserId actor,
      OutgoingMessages outgoingMessages) {
    Membership after = consumption.after;
    Ledger.addEntry(
        tx, after, after.periodKey(), Ledger.CONSUME, 1, request, title, actor, consumption.shared);
    addQuotaUpdate(tx, after, outgoingMessages);
  }

  /** What the refund of a request needs; its supporter's membership is locked. */
  public static final class RefundBasis {
    private final Membership membership;
    private final boolean ended;
    private final List<PeriodUse> periods;

    private RefundBasis(TurnedMembership locked, List<PeriodUse> periods) {
      this.membership = locked.membership();
      this.ended = locked.ended();
      this.periods = periods;
    }
  }

  /**
   * Keeps commands that change what a supporter has used, or has open, from being decided together.
   */
  public void claimMembership(Transaction tx, UserId creator, UserId user) {
    membershipStore.claimMembership(tx, creator, user);
  }

  /** Locks and reads what the refund of a request to this creator needs. */
  public Supplier<RefundBasis> lockRefundLater(Transaction tx, UserId creator, long request) {
    var locked = membershipStore.lockOfRequestLater(tx, creator, request);
    var periods = Ledger.findPeriodsLater(tx, request);
    return () -> {
      var membership = locked.get();
      return new RefundBasis(
          membership,
          membership.moved() ? Ledger.findPeriodsLater(tx, request).get() : periods.get());
    };
  }

  /**
   * Refunds a request in the period it was consumed in and in those it was carried into, and adds
   * the new quota to the messages, unless the supporter has left. The ledger's unique key rejects a
   * second refund of the same request.
   */
  public void refundRequest(
      Transaction tx,
      RefundBasis basis,
      long request,
      String title,
      UserId actor,
      OutgoingMessages outgoingMessages) {
    Membership membership = basis.membership;
    boolean shared =
        basis.periods.getFirst().shared()
            && sharedCounter.refund(tx, membership.creator(), membership.user());
    RefundBatch.addRefund(tx, membership, basis.periods, request, title, actor, shared);
    Membership after = membership;
    for (PeriodUse use : basis.periods) {
      if (use.counts() && use.period().equals(membership.periodKey())) {
        after = afterRefund(tx, membership, use);
        membershipStore.refundRequests(tx, membership, 1, after.turnsAt());
      }
    }
    if (!basis.ended) {
      addQuotaUpdate(tx, after, outgoingMessages);
    }
  }

  /**
   * Refunds requests of one supporter of a locked creator, and adds the new quota to the messages.
   * However many they are, the ledger is read once.
   *
   * @param titles the titles of the books, by the requests' ids
   */
  public void refundAll(
      Transaction tx,
      UserId creator,
      UserId user,
      Map<Long, String> titles,
      UserId actor,
      OutgoingMessages outgoingMessages) {
    Membership membership = membershipStore.lockMembership(tx, creator, user).orElseThrow();
    var refunds = new RefundBatch(tx, membership, sharedCounter, actor);
    refunds.addLines(titles);
    Membership after = refunds.membershipAfter();
    membershipStore.refundRequests(
        tx, membership, membership.used() - after.used(), after.turnsAt());
    addQuotaUpdate(tx, after, outgoingMessages);
  }

  /** In rolling days, the next to drop out may be another than before. */
  private static Membership afterRefund(Transaction tx, Membership membership, PeriodUse use) {
    Instant turnsAt = membership.turnsAt();
    if (membership.tier().period() == Period.ROLLING) {
      Instant earliest = use.hasOtherLines() ? findEarliest(tx, membership) : use.othersSince();
      turnsAt = membership.schedule().expiryOf(earliest);
    }
    return membership.withUsage(use.usedWithout(), membership.granted(), turnsAt);
  }

  private static @Nullable Instant findEarliest(Transaction tx, Membership membership) {
    return PeriodContent.read(tx, membership.creator(), membership.user(), membership.periodKey())
        .earliest();
  }

  /** Adds a supporter's quota to the messages. */
  void addQuotaUpdate(Transaction tx, Membership membership, OutgoingMessages outgoingMessages) {
    outgoingMessages.add(
        MessageType.QUOTA_UPDATE,
        Map.of("quota", toQuota(tx, membership)),
        Set.of(membership.user()));
  }

  /** A supporter's membership, locked until the end of the transaction. */
  public static final class LockedMembership {
    private final Membership membership;

    private LockedMembership(Membership membership) {
      this.membership = membership;
    }

    /** The supporter's tier. */
    public Tier tier() {
      return membership.tier();
    }
  }

  /**
   * A request that was taken from an allowance, and maybe the shared counter, but isn't in the
   * ledger yet.
   */
  public static final class Consumption {
    private final Membership after;
    private final boolean shared;

    private Consumption(Membership after, boolean shared) {
      this.after = after;
      this.shared = shared;
    }
  }

  /** A supporter's tier and quota with one creator. */
  public record SupporterQuota(Tier tier, Quota quota) {}
}
