package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.ImportedQuotaStore.Counter;
import io.bookbell.server.quota.Ledger.LedgerRow;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The ledger lines of one imported supporter. Confined to one thread.
 *
 * <p>The replaced system has a counter and no ledger. Of a supporter's requests that were not given
 * back, the newest count in the period {@code none}, as many as the counter says, so that rejecting
 * one of them gives it back. All others count in the month in which they were made, or in the last
 * one that is over. What the counter has beyond them is an import line.
 */
public final class ImportedLedger {
  private final UserId creator;
  private final Counter counter;
  private final Instant now;

  /** By period, the number of used requests so far. */
  private final Map<String, Integer> used = new HashMap<>();

  ImportedLedger(UserId creator, Counter counter, Instant now) {
    this.creator = creator;
    this.counter = counter;
    this.now = now;
  }

  /**
   * A request that needs its lines.
   *
   * @param refunded whether its status gives it back
   * @param refundedBy who gave it back
   * @param countsThere false if the replaced system had given it back in spite of its status
   */
  public record ImportedConsumption(
      long request,
      UserId user,
      String title,
      boolean refunded,
      UserId refundedBy,
      boolean countsThere,
      Instant createdAt,
      Instant updatedAt) {}

  List<LedgerRow> writeLines(List<ImportedConsumption> consumptions) {
    Set<Long> counting = newestCounting(consumptions);
    var lines = new ArrayList<LedgerRow>();
    for (ImportedConsumption each : consumptions) {
      String period =
          counting.contains(each.request) ? Period.NONE.wireName() : pastMonth(each.createdAt, now);
      int before = used.getOrDefault(period, 0);
      lines.addAll(linesOf(creator, each, period, before, counter.requestsAllowed()));
      used.put(period, lines.getLast().usedAfter());
    }
    int more = counter.used() - counting.size();
    if (more > 0) {
      lines.add(
          Ledger.importLine(
              creator,
              counter.user(),
              Period.NONE.wireName(),
              more,
              counter.used(),
              counter.requestsAllowed(),
              now));
    }
    return lines;
  }

  /**
   * The key of the month in which a request counts that doesn't count any more: the one in which it
   * was made, unless that is still the current month somewhere. A tier with months would count the
   * request again.
   */
  static String pastMonth(Instant createdAt, Instant now) {
    YearMonth made = YearMonth.from(createdAt.atOffset(ZoneOffset.UTC));
    YearMonth over = YearMonth.from(now.atOffset(ZoneOffset.UTC).minusDays(1)).minusMonths(1);
    return (made.isAfter(over) ? over : made).toString();
  }

  private Set<Long> newestCounting(List<ImportedConsumption> consumptions) {
    var newest = new HashSet<Long>();
    consumptions.stream()
        .filter(each -> !each.refunded && each.countsThere)
        .sorted(
            Comparator.comparing(ImportedConsumption::createdAt)
                .thenComparingLong(ImportedConsumption::request)
                .reversed())
        .limit(counter.used())
        .forEach(each -> newest.add(each.request));
    return newest;
  }

  /**
   * The lines of one request. When it was made, the allowance was at least what was used after it.
   */
  static List<LedgerRow> linesOf(
      UserId creator, ImportedConsumption each, String period, int usedBefore, int allowed) {
    int after = usedBefore + 1;
    int atLeast = Math.max(allowed, after);
    var lines = new ArrayList<LedgerRow>();
    lines.add(
        new LedgerRow(
            creator,
            each.user,
            Ledger.CONSUME,
            1,
            each.request,
            period,
            after,
            atLeast,
            each.title,
            each.user,
            each.createdAt));
    if (each.refunded) {
      lines.add(
          new LedgerRow(
              creator,
              each.user,
              Ledger.REFUND,
              1,
              each.request,
              period,
              usedBefore,
              atLeast,
              each.title,
              each.refundedBy,
              each.updatedAt));
    }
    return lines;
  }
}
