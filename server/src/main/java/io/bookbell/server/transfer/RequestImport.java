package io.bookbell.server.transfer;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;

import io.bookbell.hub.UserId;
import io.bookbell.server.account.ImportedAccountStore;
import io.bookbell.server.activity.ActivityKind;
import io.bookbell.server.activity.ActivityLog;
import io.bookbell.server.activity.ActivityLog.PastActivity;
import io.bookbell.server.inbox.InboxStore;
import io.bookbell.server.inbox.InboxStore.RequestRevision;
import io.bookbell.server.quota.ImportedQuotaStore;
import io.bookbell.server.request.ImportedRequestStore;
import io.bookbell.server.request.ImportedRequestStore.ImportedRequest;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Imports requests. Confined to the transaction's thread. */
final class RequestImport {
  private static final int ROWS_AT_ONCE = 500;

  private final ImportedRequestStore requests = new ImportedRequestStore();
  private final ImportedAccountStore accounts = new ImportedAccountStore();
  private final ImportedQuotaStore quotas = new ImportedQuotaStore();
  private final ImportState state;
  private final SupporterImport supporters;
  private final RequestMerge merge;

  /** Whether new requests are few, so that they are indexed for the search at once. */
  private final boolean repeated;

  /** The id of the last row that was read. */
  private long last;

  RequestImport(ImportState state, SupporterImport supporters) {
    this.state = state;
    this.supporters = supporters;
    this.repeated = state.rows.hasAny(state.tx, RowKind.REQUEST);
    this.merge = new RequestMerge(state, requests);
  }

  /** A request as the replaced system has it. */
  record LegacyRequest(ImportedRequest request, boolean refundedThere) {
    ImportedRow toRow() {
      return new ImportedRow(request.id(), fingerprint(request), refundedThere);
    }
  }

  static String bookFingerprint(ImportedRequest request) {
    return Fingerprint.of(request.title(), request.author(), request.isbn(), request.note());
  }

  static String stateFingerprint(ImportedRequest request) {
    return Fingerprint.of(request.status().wireName(), request.response(), request.respondedBy());
  }

  static String fingerprint(ImportedRequest request) {
    return bookFingerprint(request) + "." + stateFingerprint(request);
  }

  static String describe(long request) {
    return "request " + request;
  }

  void run() {
    state.forEachBatch(LegacyQuery.REQUESTS, this::importBatch);
    reportGone(last, Long.MAX_VALUE, Set.of());
    if (!repeated) {
      requests.indexLater(state.tx, last + 1);
    }
  }

  private void importBatch(List<LegacyRow> batch) {
    long before = last;
    List<LegacyRow> rows = batch.stream().filter(this::hasNewId).toList();
    var ids = new TreeSet<Long>();
    for (LegacyRow row : rows) {
      row.id("id").ifPresent(ids::add);
    }
    state.noteIds(RowKind.REQUEST, ids);
    reportGone(before, last, ids);
    store(convertAll(state, rows));
  }

  /** Converts rows with valid ids; reports and leaves out those that belong to nobody known. */
  static List<LegacyRequest> convertAll(ImportState state, List<LegacyRow> rows) {
    return new RequestConversion(state, rows).convertAll();
  }

  /**
   * Rows come in the order of their ids, so one that isn't higher is a duplicate, or a text that
   * sorts otherwise than its number.
   */
  private boolean hasNewId(LegacyRow row) {
    Optional<Long> id = row.id("id");
    boolean added = id.isPresent() && id.get() > last;
    if (!added) {
      state.report.add(
          id.filter(same -> same == last).isPresent()
              ? ImportFinding.DUPLICATE_ID
              : ImportFinding.INVALID_ID,
          "requests: id “%s”".formatted(row.text("id").orElse("")));
      state.report.count(RowKind.REQUEST, Outcome.LEFT_OUT);
    } else {
      last = id.get();
    }
    return added;
  }

  private void store(List<LegacyRequest> found) {
    List<Long> ids = found.stream().map(each -> each.request.id()).toList();
    Map<Long, ImportedRow> imported =
        state.rows.findAll(state.tx, RowKind.REQUEST, ImportedRowStore.NO_CREATOR, ids);
    Map<Long, ImportedRequest> existing = requests.findAll(state.tx, ids);
    var added = new ArrayList<LegacyRequest>();
    var stored = new ArrayList<ImportedRow>();
    Set<UserId> removed =
        accounts.findRemoved(
            state.tx, found.stream().map(each -> each.request.user()).distinct().toList());
    for (LegacyRequest there : found) {
      @Nullable ImportedRow before = imported.get(there.request.id());
      @Nullable ImportedRequest here = existing.get(there.request.id());
      if (here == null && removed.contains(there.request.user())) {
        state.report.add(ImportFinding.REMOVED_HERE, describe(there.request.id()));
        state.report.count(RowKind.REQUEST, Outcome.LEFT_OUT);
      } else if (here == null) {
        added.add(there);
        stored.add(there.toRow());
        state.report.count(RowKind.REQUEST, Outcome.ADDED);
      } else if (before == null) {
        state.report.add(ImportFinding.ID_TAKEN, describe(here.id()));
        state.report.count(RowKind.REQUEST, Outcome.LEFT_OUT);
      } else {
        merge.follow(before, there, here).ifPresent(stored::add);
      }
    }
    insert(added.stream().map(LegacyRequest::request).toList());
    state.rows.storeAll(state.tx, RowKind.REQUEST, ImportedRowStore.NO_CREATOR, stored);
  }

  private void insert(List<ImportedRequest> added) {
    Map<UserId, Set<UserId>> askers =
        added.stream()
            .collect(
                groupingBy(
                    ImportedRequest::creator,
                    mapping(ImportedRequest::user, toCollection(TreeSet::new))));
    askers.forEach(this::ensureMemberships);
    requests.insertRequests(state.tx, added);
    InboxStore.recordPastRevisions(
        state.tx, added.stream().map(request -> new RequestRevision(request.id(), 1)).toList());
    ActivityLog.recordPastActivities(
        state.tx,
        added.stream()
            .map(
                request ->
                    new PastActivity(
                        request.creator(),
                        request.user(),
                        ActivityKind.REQUEST_CREATED,
                        request.id(),
                        request.title(),
                        request.createdAt()))
            .toList());
    if (repeated) {
      added.forEach(request -> requests.indexNow(state.tx, request));
    }
  }

  private void ensureMemberships(UserId creator, Set<UserId> users) {
    Set<UserId> members = quotas.findMemberships(state.tx, creator, users).keySet();
    List<UserId> missing = users.stream().filter(user -> !members.contains(user)).toList();
    if (!missing.isEmpty()) {
      supporters.addWithoutTier(creator, missing);
    }
    users.forEach(user -> state.stale.add(new SupporterKey(creator, user)));
  }

  /** Reports requests that were imported and aren't among those just read. */
  private void reportGone(long after, long upTo, Set<Long> read) {
    long from = after;
    List<ImportedRow> page;
    do {
      page =
          state.rows.findBetween(
              state.tx, RowKind.REQUEST, ImportedRowStore.NO_CREATOR, from, upTo, ROWS_AT_ONCE);
      for (ImportedRow row : page) {
        from = row.id();
        if (!read.contains(row.id())) {
          state.report.add(ImportFinding.GONE_THERE, describe(row.id()));
        }
      }
    } while (page.size() == ROWS_AT_ONCE);
  }
}
