package io.bookbell.server.quota;

import io.bookbell.hub.UserId;
import io.bookbell.server.storage.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger counts in one period of a supporter. Of rolling days, it has what counts now and
 * what has stopped counting since the ledger was last brought up to date.
 */
final class PeriodContent {
  /** The requests that count in a period, and when each was made. */
  private static final String REQUESTS =
      """
      SELECT own.request_id AS request_id, max(own.reason) AS title,
        min(coalesce(made.created_at, own.created_at)) AS since
      FROM quota_ledger own
      LEFT JOIN quota_ledger made ON made.request_id = own.request_id AND made.kind = 'consume'
      WHERE own.creator_id = ? AND own.user_id = ? AND own.period_key = ?
      AND own.request_id IS NOT NULL
      GROUP BY own.request_id
      HAVING sum(CASE own.kind WHEN 'refund' THEN -1 ELSE own.amount END) > 0
      ORDER BY own.request_id""";

  private static final String OTHER_LINES =
      """
      SELECT kind, amount, created_at FROM quota_ledger
      WHERE creator_id = ? AND user_id = ? AND period_key = ? AND request_id IS NULL
      ORDER BY id""";

  /** A request that counts. */
  record CountedRequest(long id, @Nullable String title, Instant since) {}

  private record OtherLine(String kind, int amount, Instant at) {}

  /** What is left of a grant, or of a line that takes one back. */
  private record Grant(int amount, Instant at) {
    boolean isUndoneBy(int change) {
      return Integer.signum(amount) == -Integer.signum(change);
    }
  }

  private final Map<Long, CountedRequest> requests;
  private final List<OtherLine> others;
  private final List<Grant> grants;
  private final Instant cutoff;

  private PeriodContent(
      Map<Long, CountedRequest> requests, List<OtherLine> others, String key, Instant now) {
    this.requests = requests;
    this.others = others;
    this.grants = settle(linesOf(Ledger.GRANT).toList(), key);
    this.cutoff = PeriodSchedule.cutoffOf(key, now);
  }

  static PeriodContent read(Transaction tx, UserId creator, UserId user, String key) {
    var requests = new LinkedHashMap<Long, CountedRequest>();
    tx.query(REQUESTS, creator, user, key)
        .list(
            row ->
                new CountedRequest(
                    row.getLong("request_id"), row.findString("title"), row.getTime("since")))
        .forEach(request -> requests.put(request.id, request));
    List<OtherLine> others =
        tx.query(OTHER_LINES, creator, user, key)
            .list(
                row ->
                    new OtherLine(
                        row.getString("kind"), row.getInt("amount"), row.getTime("created_at")));
    return new PeriodContent(requests, others, key, tx.now());
  }

  /** The requests that count now, in the order of their ids. */
  List<CountedRequest> current() {
    return requests.values().stream().filter(request -> isCurrent(request.since)).toList();
  }

  /** The requests that the ledger still counts although their time is over. */
  List<CountedRequest> expired() {
    return requests.values().stream().filter(request -> !isCurrent(request.since)).toList();
  }

  boolean isCurrent(Instant since) {
    return since.isAfter(cutoff);
  }

  boolean contains(long request) {
    return requests.containsKey(request);
  }

  /** How many requests of the replaced system count now. */
  int imported() {
    return sum(currentLines(Ledger.IMPORT));
  }

  /** How many requests of the replaced system have ever been counted. */
  int everImported() {
    return sum(linesOf(Ledger.IMPORT));
  }

  /**
   * How many requests of the replaced system the ledger still counts although their time is over.
   */
  int expiredImports() {
    return everImported() - imported() + sum(linesOf(Ledger.EXPIRE));
  }

  int granted() {
    return currentGrants().mapToInt(Grant::amount).sum();
  }

  private Stream<Grant> currentGrants() {
    return grants.stream().filter(grant -> isCurrent(grant.at));
  }

  /**
   * What is left of the grants: one that takes back, or makes good, what was granted or taken
   * before undoes the oldest of it that counted then, and both stop counting together.
   */
  private static List<Grant> settle(List<OtherLine> lines, String key) {
    var left = new ArrayList<Grant>();
    for (OtherLine line : lines) {
      int amount = line.amount;
      Instant cutoff = PeriodSchedule.cutoffOf(key, line.at);
      for (int index = 0; index < left.size() && amount != 0; index++) {
        Grant before = left.get(index);
        if (before.at.isAfter(cutoff) && before.isUndoneBy(amount)) {
          int sum = before.amount + amount;
          boolean undoneWhole = Integer.signum(sum) != Integer.signum(before.amount);
          left.set(index, new Grant(undoneWhole ? 0 : sum, before.at));
          amount = undoneWhole ? sum : 0;
        }
      }
      left.add(new Grant(amount, line.at));
    }
    return left.stream().filter(grant -> grant.amount != 0).toList();
  }

  /** The sum of the grants that the ledger still counts although their time is over. */
  int lapsed() {
    return sum(linesOf(Ledger.GRANT)) - granted() + sum(linesOf(Ledger.LAPSE));
  }

  /** How many requests the ledger counts, those whose time is over included. */
  int recordedUse() {
    return requests.size() + imported() + expiredImports();
  }

  /** When the earliest of what counts now began to count; null if nothing does. */
  @Nullable Instant earliest() {
    return Stream.of(
            current().stream().map(CountedRequest::since),
            currentLines(Ledger.IMPORT).map(OtherLine::at),
            currentGrants().map(Grant::at))
        .flatMap(times -> times)
        .min(Instant::compareTo)
        .orElse(null);
  }

  private Stream<OtherLine> currentLines(String kind) {
    return linesOf(kind).filter(line -> isCurrent(line.at));
  }

  private Stream<OtherLine> linesOf(String kind) {
    return others.stream().filter(line -> Objects.equals(line.kind, kind));
  }

  private static int sum(Stream<OtherLine> lines) {
    return lines.mapToInt(OtherLine::amount).sum();
  }
}
