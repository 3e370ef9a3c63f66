package io.bookbell.server.quota;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.ImportedLedger.ImportedConsumption;
import io.bookbell.server.quota.Ledger.PeriodUse;
import io.bookbell.server.storage.Transaction;
import io.bookbell.server.storage.sql.ValueReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Stores the tiers, memberships and counters of the replaced system. Thread-safe and stateless. The
 * creators' rows are locked by the caller.
 */
public final class ImportedQuotaStore {
  private static final String INSERT_MEMBERSHIP =
      """
      INSERT INTO membership (creator_id, user_id, tier_id, period_key, used, created_at)
      VALUES (?, ?, ?, ?, ?, ?)\
      """;

  private final MembershipStore membershipStore = new MembershipStore();

  /** The tier of an imported supporter. */
  public record ImportedTier(long id, String name, int requestsAllowed) {}

  /** A membership as it is stored; {@code used} is that of its period. */
  public record StoredMembership(
      UserId creator,
      UserId user,
      long tierId,
      String tierName,
      int tierAllowed,
      int granted,
      String period,
      int used) {
    public int requestsAllowed() {
      return Math.max(0, tierAllowed + granted);
    }

    /** Whether the counter has no period, as in the replaced system. */
    public boolean isWithoutPeriod() {
      return period.equals(Period.NONE.wireName());
    }
  }

  /** A supporter to be added. */
  public record NewMembership(UserId creator, UserId user, long tierId, int used) {}

  /** Returns a creator's tiers, oldest first. */
  public List<ImportedTier> findTiers(Transaction tx, UserId creator) {
    return tx.query(
            """
            SELECT id, name, coalesce(requests_allowed, 1000000) AS requests_allowed FROM tier
            WHERE creator_id = ? AND deleted_at IS NULL ORDER BY id\
            """,
            creator)
        .list(
            row ->
                new ImportedTier(
                    row.getLong("id"), row.getString("name"), row.getInt("requests_allowed")));
  }

  /**
   * Creates a tier without a period.
   *
   * @param timeZone the creator's, for the day on which the tier gets a period
   */
  public long createTier(
      Transaction tx, UserId creator, String name, int requestsAllowed, String timeZone) {
    return tx.query(
            """
            INSERT INTO tier (creator_id, name, requests_allowed, period, time_zone, created_at)
            VALUES (?, ?, ?, 'none', ?, ?)
            RETURNING id\
            """,
            creator,
            name,
            requestsAllowed,
            timeZone,
            tx.now())
        .single(row -> row.getLong("id"));
  }

  /** Returns the memberships of some users with a creator, by user. */
  public Map<UserId, StoredMembership> findMemberships(
      Transaction tx, UserId creator, Collection<UserId> users) {
    return tx
        .query(
            """
            SELECT m.user_id AS user_id, m.tier_id AS tier_id, t.name AS name,
              coalesce(m.own_allowed, t.requests_allowed, 1000000) AS requests_allowed,
              m.granted AS granted, m.period_key AS period_key, m.used AS used
            FROM membership m
            JOIN tier t ON t.id = m.tier_id
            WHERE m.creator_id = ? AND m.user_id IN (?)\
            """,
            creator,
            users)
        .list(
            row ->
                new StoredMembership(
                    creator,
                    row.getUser("user_id"),
                    row.getLong("tier_id"),
                    row.getString("name"),
                    row.getInt("requests_allowed"),
                    row.getInt("granted"),
                    row.getString("period_key"),
                    row.getInt("used")))
        .stream()
        .collect(toMap(StoredMembership::user, membership -> membership));
  }

  /**
   * Locks a membership whose ledger gets lines, and brings it into the current period, in which
   * they count. One that has ended stays as it is.
   */
  public StoredMembership bringUpToDate(Transaction tx, StoredMembership stored) {
    if (membershipStore.lockMembership(tx, stored.creator, stored.user).isEmpty()) {
      return stored;
    }
    var current = findMemberships(tx, stored.creator, List.of(stored.user));
    return Objects.requireNonNull(current.get(stored.user));
  }

  /** Returns a creator's present supporters in the order of their ids, some at a time. */
  public List<UserId> findSupportersAfter(Transaction tx, UserId creator, long after, int limit) {
    return tx.query(
            """
            SELECT user_id FROM membership
            WHERE creator_id = ? AND user_id > ? AND ended_at IS NULL
            ORDER BY user_id LIMIT ?\
            """,
            creator,
            after,
            limit)
        .list(row -> row.getUser("user_id"));
  }

  public void insertMemberships(Transaction tx, List<NewMembership> memberships) {
    tx.writeAll(
        INSERT_MEMBERSHIP,
        memberships,
        added ->
            ValueReader.values(
                added.creator,
                added.user,
                added.tierId,
                Period.NONE.wireName(),
                added.used,
                tx.now()));
  }

  /** Moves a supporter to another tier, which may have another period. */
  public void updateTier(Transaction tx, UserId creator, UserId user, long tierId) {
    tx.enqueue(
        """
        UPDATE membership
        SET tier_id = ?, turns_at = CASE WHEN ended_at IS NULL THEN 0 ELSE turns_at END
        WHERE creator_id = ? AND user_id = ?\
        """,
        tierId,
        creator,
        user);
  }

  /** Returns the ids of supporters' newest ledger lines; those without a line are missing. */
  public Map<UserId, Long> findNewestLines(
      Transaction tx, UserId creator, Collection<UserId> users) {
    return tx.query(
            """
            SELECT user_id, max(id) AS newest FROM quota_ledger
            WHERE creator_id = ? AND user_id IN (?) GROUP BY user_id\
            """,
            creator,
            users)
        .map(row -> row.getUser("user_id"), row -> row.getLong("newest"));
  }

  /** A supporter whose ledger is to be written, with the counter of the replaced system. */
  public record Counter(UserId user, int used, int requestsAllowed) {}

  /**
   * Writes the ledgers of supporters who have no lines but imported ones, from their requests and
   * counters, in place of those lines.
   *
   * @param consumptions of all these supporters, in the order of the requests' ids
   */
  public void rewriteLedgers(
      Transaction tx,
      UserId creator,
      Collection<Counter> counters,
      List<ImportedConsumption> consumptions) {
    List<UserId> users = counters.stream().map(Counter::user).toList();
    tx.update("DELETE FROM quota_ledger WHERE creator_id = ? AND user_id IN (?)", creator, users);
    Map<UserId, List<ImportedConsumption>> byUser =
        consumptions.stream().collect(groupingBy(ImportedConsumption::user));
    var lines = new ArrayList<Ledger.LedgerRow>();
    for (Counter counter : counters) {
      lines.addAll(
          new ImportedLedger(creator, counter, tx.now())
              .writeLines(byUser.getOrDefault(counter.user, List.of())));
      tx.enqueue(
          """
          UPDATE membership SET used = ?, period_key = 'none', turns_at = 0
          WHERE creator_id = ? AND user_id = ?\
          """,
          counter.used,
          creator,
          counter.user);
    }
    tx.writeAll(Ledger.INSERT, lines, Ledger::valuesOf);
  }

  /**
   * Gives back, in the ledger of a supporter who has lines that were not imported, the requests
   * that were given back there since.
   *
   * @param all the supporter's requests
   * @return how many of them counted in the supporter's current period
   */
  public int refundMissing(
      Transaction tx, StoredMembership membership, List<ImportedConsumption> all) {
    Set<Long> consumed = findRequestsWith(tx, membership, Ledger.CONSUME);
    Set<Long> refunded = findRequestsWith(tx, membership, Ledger.REFUND);
    int counting = 0;
    for (ImportedConsumption each : all) {
      if (each.refunded()
          && consumed.contains(each.request())
          && !refunded.contains(each.request())) {
        counting += refund(tx, membership, each) ? 1 : 0;
      }
    }
    updateUsed(tx, membership);
    return counting;
  }

  /** Returns whether the request counted in the supporter's current period. */
  private static boolean refund(
      Transaction tx, StoredMembership membership, ImportedConsumption each) {
    List<PeriodUse> periods = Ledger.findPeriodsLater(tx, each.request()).get();
    var refunded =
        new Ledger.RefundedRequest(
            membership.creator,
            membership.user,
            each.request(),
            each.title(),
            membership.requestsAllowed(),
            each.refundedBy(),
            tx.now(),
            false);
    tx.writeAll(Ledger.INSERT, Ledger.refundLines(refunded, periods), Ledger::valuesOf);
    return periods.stream().anyMatch(use -> use.counts() && use.period().equals(membership.period));
  }

  private static Set<Long> findRequestsWith(
      Transaction tx, StoredMembership membership, String kind) {
    return tx.query(
            """
            SELECT request_id FROM quota_ledger
            WHERE creator_id = ? AND user_id = ? AND kind = ?\
            """,
            membership.creator,
            membership.user,
            kind)
        .set(row -> row.getLong("request_id"));
  }

  /**
   * Adds the ledger lines of new requests of a supporter who has lines that were not imported.
   *
   * @param all the supporter's requests, in the order of their ids
   * @param more by how much the counter of the replaced system has grown; the newest requests are
   *     counted in the supporter's current period, up to this number
   * @return how much of that number is left
   */
  public int consumeMissing(
      Transaction tx, StoredMembership membership, List<ImportedConsumption> all, int more) {
    Set<Long> consumed = findRequestsWith(tx, membership, Ledger.CONSUME);
    int left = more;
    for (ImportedConsumption added : all.reversed()) {
      if (consumed.contains(added.request())) {
        continue;
      }
      boolean counts = left > 0 && added.countsThere() && !added.refunded();
      left -= counts ? 1 : 0;
      String period =
          counts ? membership.period : ImportedLedger.pastMonth(added.createdAt(), tx.now());
      int used = Ledger.countUsed(tx, membership.creator, membership.user, period);
      List<Ledger.LedgerRow> lines =
          ImportedLedger.linesOf(
              membership.creator, added, period, used, membership.requestsAllowed());
      tx.writeAll(Ledger.INSERT, lines, Ledger::valuesOf);
    }
    updateUsed(tx, membership);
    return left;
  }

  /** Counts requests that are no requests here, for a supporter who has other lines. */
  public void addImported(Transaction tx, StoredMembership membership, int amount) {
    int used =
        Ledger.countUsed(tx, membership.creator, membership.user, membership.period) + amount;
    var line =
        Ledger.importLine(
            membership.creator,
            membership.user,
            membership.period,
            amount,
            used,
            membership.requestsAllowed(),
            tx.now());
    tx.writeAll(Ledger.INSERT, List.of(line), Ledger::valuesOf);
    updateUsed(tx, membership);
  }

  /** In rolling days, when the next of what counts drops out has to be calculated again. */
  private static void updateUsed(Transaction tx, StoredMembership membership) {
    tx.enqueue(
        """
        UPDATE membership
        SET used = ?,
          turns_at = CASE WHEN period_key LIKE 'roll%' AND ended_at IS NULL THEN 0
            ELSE turns_at END
        WHERE creator_id = ? AND user_id = ?\
        """,
        Ledger.countUsed(tx, membership.creator, membership.user, membership.period),
        membership.creator,
        membership.user);
  }
}
