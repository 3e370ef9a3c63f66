package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.creator.CreatorRow;
import io.bookbell.server.inbox.MessageType;
import io.bookbell.server.inbox.OutgoingMessages;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.web.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes requests from a supporter's allowance and gives them back, exactly. Thread-safe.
 *
 * <p>A consumption is a conditional update of the membership row, a refund is bound to its request
 * by a unique key of the ledger: neither needs a lock besides the rows of its transaction.
 */
public final class QuotaService {
  private final MembershipStore membershipStore;

  QuotaService(MembershipStore membershipStore) {
    this.membershipStore = membershipStore;
  }

  public QuotaService() {
    this(new MembershipStore());
  }

  /** A supporter's quota with one creator; empty for others. */
  public Optional<Quota> find(Transaction tx, UserId creator, UserId user) {
    return membershipStore.find(tx, creator, user).map(Membership::quota);
  }

  /** The user's quota with every creator they support, by creator. */
  public List<Quota> of(Transaction tx, UserId user) {
    return membershipStore.of(tx, user).stream().map(Membership::quota).toList();
  }

  /** The creators a user supports, with the tier of each. */
  public List<SupporterQuota> support(Transaction tx, UserId user) {
    return membershipStore.of(tx, user).stream()
        .map(membership -> new SupporterQuota(membership.tier(), membership.quota()))
        .toList();
  }

  public boolean isSupporter(Transaction tx, UserId creator, UserId user) {
    return membershipStore.exists(tx, creator, user);
  }

  public Set<UserId> supportersOf(Transaction tx, UserId creator) {
    return membershipStore.supportersOf(tx, creator);
  }

  /** The ledger lines behind a quota, newest first. */
  public List<Ledger.LedgerEntry> entries(Transaction tx, UserId creator, UserId user) {
    return Ledger.entries(tx, creator, user);
  }

  /**
   * Locks a supporter's membership and takes one request from it. The ledger line must follow, with
   * {@link #recordConsumption}, once the request has an id.
   *
   * @return empty for who is no supporter
   * @throws Problem 409 when nothing is left
   */
  public Optional<Consumption> consume(Transaction tx, CreatorRow creator, UserId user) {
    return membershipStore.lock(tx, creator.id(), user).map(membership -> consume(tx, membership));
  }

  private Consumption consume(Transaction tx, Membership membership) {
    if (!membershipStore.consume(tx, membership)) {
      throw QuotaExhaustion.of(membership);
    }
    return new Consumption(membership.with(membership.used() + 1, membership.granted()));
  }

  /** Writes the ledger line of a consumption and adds the new quota to the change. */
  public void recordConsumption(
      Transaction tx,
      Consumption consumption,
      long request,
      String title,
      OutgoingMessages outgoingMessages) {
    Membership after = consumption.after;
    Ledger.add(tx, after, after.periodKey(), Ledger.CONSUME, 1, request, title, after.user());
    announce(after, outgoingMessages);
  }

  /**
   * Gives a request back to the period it was taken from, and to those it was carried to, and adds
   * the new quota to the change. The ledger refuses a second refund of the same request.
   */
  public void refund(
      Transaction tx,
      UserId creator,
      UserId user,
      long request,
      String title,
      UserId actor,
      OutgoingMessages outgoingMessages) {
    Membership membership = membershipStore.lock(tx, creator, user).orElseThrow();
    List<String> periods = Ledger.periodsOf(tx, request);
    Membership after = membership;
    for (String period : periods) {
      int usedAfter = Ledger.used(tx, creator, user, period) - 1;
      Membership inPeriod = membership.with(usedAfter, membership.granted());
      boolean first = period.equals(periods.getFirst());
      String kind = first ? Ledger.REFUND : Ledger.CARRY;
      Ledger.add(tx, inPeriod, period, kind, first ? 1 : -1, request, title, actor);
      if (period.equals(membership.periodKey())) {
        membershipStore.giveBack(tx, membership);
        after = inPeriod;
      }
    }
    announce(after, outgoingMessages);
  }

  static void announce(Membership membership, OutgoingMessages outgoingMessages) {
    outgoingMessages.add(
        MessageType.QUOTA_UPDATE, Map.of("quota", membership.quota()), Set.of(membership.user()));
  }

  /** A request taken from an allowance and not yet written to the ledger. */
  public static final class Consumption {
    private final Membership after;

    private Consumption(Membership after) {
      this.after = after;
    }
  }

  /** A supporter's tier with one creator and what is left of it. */
  public record SupporterQuota(Tier tier, Quota quota) {}
}
