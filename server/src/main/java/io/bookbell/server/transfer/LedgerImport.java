package io.bookbell.server.transfer;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.bookbell.hub.UserId;
import io.bookbell.server.quota.ImportedLedger.ImportedConsumption;
import io.bookbell.server.quota.ImportedQuotaStore;
import io.bookbell.server.quota.ImportedQuotaStore.Counter;
import io.bookbell.server.quota.ImportedQuotaStore.StoredMembership;
import io.bookbell.server.request.ImportedRequestStore;
import io.bookbell.server.request.ImportedRequestStore.ImportedRequest;
import io.bookbell.server.storage.Batches;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import io.bookbell.server.transfer.SupporterImport.SupporterBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes ledger lines of imported requests and counters. A supporter's imported lines are written
 * again as long as all lines are imported ones; as soon as some were made here, lines are only
 * added. Confined to the transaction's thread.
 */
final class LedgerImport {
  private static final int SUPPORTERS_AT_ONCE = 100;

  private final ImportedQuotaStore quotas = new ImportedQuotaStore();
  private final ImportedRequestStore requests = new ImportedRequestStore();
  private final ImportState state;

  LedgerImport(ImportState state) {
    this.state = state;
  }

  void run() {
    state.progress.begin("counters", state.stale.size());
    Map<UserId, List<UserId>> stale =
        state.stale.stream()
            .collect(
                groupingBy(
                    SupporterKey::creator, TreeMap::new, mapping(SupporterKey::user, toList())));
    stale.forEach(
        (creator, users) -> {
          for (List<UserId> some : Batches.split(users, SUPPORTERS_AT_ONCE)) {
            writeLedgers(creator, some);
            state.progress.advance(some.size());
          }
        });
    state.progress.end();
  }

  /** Whether a supporter's ledger lines are all imported ones, so that they are written again. */
  boolean isRewritten(UserId creator, UserId user) {
    @Nullable StoredMembership membership =
        quotas.findMemberships(state.tx, creator, List.of(user)).get(user);
    @Nullable Long newest = quotas.findNewestLines(state.tx, creator, List.of(user)).get(user);
    @Nullable ImportedRow row =
        state.rows.find(state.tx, RowKind.SUPPORTER, creator.value(), user.value()).orElse(null);
    return membership != null && isRewritten(membership, newest, row);
  }

  private static boolean isRewritten(
      StoredMembership membership, @Nullable Long newest, @Nullable ImportedRow row) {
    return row != null && Objects.equals(newest, row.ledgerLine()) && membership.isWithoutPeriod();
  }

  private void writeLedgers(UserId creator, List<UserId> users) {
    Map<UserId, StoredMembership> memberships = quotas.findMemberships(state.tx, creator, users);
    Map<UserId, Long> newest = quotas.findNewestLines(state.tx, creator, users);
    Map<Long, ImportedRow> rows =
        state.rows.findAll(
            state.tx,
            RowKind.SUPPORTER,
            creator.value(),
            users.stream().map(UserId::value).toList());
    var rewritten = new ArrayList<Counter>();
    var others = new ArrayList<StoredMembership>();
    for (UserId user : new TreeSet<>(memberships.keySet())) {
      StoredMembership membership = Objects.requireNonNull(memberships.get(user));
      @Nullable ImportedRow row = rows.get(user.value());
      if (row == null || !isRewritten(membership, newest.get(user), row)) {
        others.add(membership);
      } else {
        rewritten.add(
            new Counter(user, SupporterBase.of(row).used(), membership.requestsAllowed()));
      }
    }
    rewrite(creator, rewritten);
    others.forEach(this::addLines);
  }

  private void rewrite(UserId creator, List<Counter> counters) {
    List<UserId> users = counters.stream().map(Counter::user).toList();
    List<ImportedConsumption> consumptions =
        toConsumptions(requests.findBySupporters(state.tx, creator, users));
    reportUncovered(creator, counters, consumptions);
    quotas.rewriteLedgers(state.tx, creator, counters, consumptions);
    Map<UserId, Long> lines = quotas.findNewestLines(state.tx, creator, users);
    users.forEach(user -> state.rows.setLedgerLine(state.tx, creator, user, lines.get(user)));
  }

  private void reportUncovered(
      UserId creator, List<Counter> counters, List<ImportedConsumption> consumptions) {
    Map<UserId, List<ImportedConsumption>> byUser =
        consumptions.stream()
            .filter(each -> !each.refunded() && each.countsThere())
            .collect(groupingBy(ImportedConsumption::user));
    for (Counter counter : counters) {
      int counting = byUser.getOrDefault(counter.user(), List.of()).size();
      if (counter.used() > counting) {
        state.report.add(
            ImportFinding.USED_WITHOUT_REQUEST,
            "%s with creator %s: %d used, %d requests"
                .formatted(
                    AccountImport.describe(counter.user()), creator, counter.used(), counting));
      }
    }
  }

  private List<ImportedConsumption> toConsumptions(List<ImportedRequest> found) {
    Map<Long, ImportedRow> rows =
        state.rows.findAll(
            state.tx,
            RowKind.REQUEST,
            ImportedRowStore.NO_CREATOR,
            found.stream().map(ImportedRequest::id).toList());
    return found.stream()
        .map(
            request -> {
              @Nullable ImportedRow row = rows.get(request.id());
              boolean refundedThere = row != null && Boolean.TRUE.equals(row.refunded());
              return new ImportedConsumption(
                  request.id(),
                  request.user(),
                  request.title(),
                  request.isRefunded(),
                  RequestMerge.actorOf(request),
                  !refundedThere,
                  request.createdAt(),
                  request.updatedAt());
            })
        .toList();
  }

  /** Adds what is missing in the ledger of a supporter who has lines that were made here. */
  private void addLines(StoredMembership stored) {
    UserId creator = stored.creator();
    UserId user = stored.user();
    StoredMembership membership = quotas.bringUpToDate(state.tx, stored);
    List<ImportedRequest> all = requests.findBySupporters(state.tx, creator, List.of(user));
    int growth = state.counterGrowth.getOrDefault(new SupporterKey(creator, user), 0);
    int refunds = quotas.refundMissing(state.tx, membership, toConsumptions(all));
    int left = quotas.consumeMissing(state.tx, membership, toConsumptions(all), growth + refunds);
    if (left > 0) {
      quotas.addImported(state.tx, membership, left);
    } else if (left < 0) {
      state.report.add(
          ImportFinding.COUNTER_LOWER_THERE,
          "%s with creator %s".formatted(AccountImport.describe(user), creator));
      postpone(creator, user, left);
    }
  }

  /** The next import tries again to apply what a counter has fallen by. */
  private void postpone(UserId creator, UserId user, int left) {
    @Nullable ImportedRow row =
        state.rows.find(state.tx, RowKind.SUPPORTER, creator.value(), user.value()).orElse(null);
    if (row != null) {
      SupporterBase base = SupporterBase.of(row);
      var waiting = new SupporterBase(base.tierThere(), base.tierHere(), base.used() - left);
      state.rows.store(state.tx, RowKind.SUPPORTER, creator.value(), waiting.toRow(user));
    }
  }
}
