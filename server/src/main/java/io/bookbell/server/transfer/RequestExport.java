package io.bookbell.server.transfer;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.request.ImportedRequestStore;
import io.bookbell.server.request.ImportedRequestStore.ImportedReply;
import io.bookbell.server.request.ImportedRequestStore.ImportedRequest;
import io.bookbell.server.transfer.Fingerprint.Change;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import io.bookbell.server.transfer.RequestImport.LegacyRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Exports new and answered requests, and new replies. Confined to the transaction's thread. */
final class RequestExport {
  private static final int ROWS_AT_ONCE = 500;

  private final ImportedRequestStore requests = new ImportedRequestStore();
  private final ImportState state;
  private final LegacyWriter writer;

  RequestExport(ImportState state, LegacyWriter writer) {
    this.state = state;
    this.writer = writer;
  }

  void run() {
    state.progress.begin("requests", -1);
    long after = 0;
    List<ImportedRequest> page;
    do {
      page = requests.findAfter(state.tx, after, ROWS_AT_ONCE);
      if (!page.isEmpty()) {
        exportPage(page);
        after = page.getLast().id();
        state.progress.advance(page.size());
      }
    } while (page.size() == ROWS_AT_ONCE);
    state.progress.end();
    exportReplies();
  }

  private void exportPage(List<ImportedRequest> page) {
    List<ImportedRequest> ours =
        page.stream().filter(request -> state.creators.contains(request.creator())).toList();
    Map<Long, ImportedRow> imported = findImported(RowKind.REQUEST, idsOf(ours));
    List<ImportedRequest> added =
        ours.stream().filter(request -> !imported.containsKey(request.id())).toList();
    List<ImportedRequest> changed =
        ours.stream()
            .filter(request -> imported.containsKey(request.id()))
            .filter(
                request ->
                    !RequestImport.stateFingerprint(request)
                        .equals(baseOf(imported, request.id()).part(1)))
            .toList();
    insertAll(added);
    updateAll(changed, imported);
    for (int same = ours.size() - added.size() - changed.size(); same > 0; same--) {
      state.report.count(RowKind.REQUEST, Outcome.UNCHANGED);
    }
  }

  private static ImportedRow baseOf(Map<Long, ImportedRow> imported, long id) {
    return Objects.requireNonNull(imported.get(id));
  }

  private static List<Long> idsOf(Collection<ImportedRequest> all) {
    return all.stream().map(ImportedRequest::id).toList();
  }

  private Map<Long, ImportedRow> findImported(RowKind kind, Collection<Long> ids) {
    return state.rows.findAll(state.tx, kind, ImportedRowStore.NO_CREATOR, ids);
  }

  private void insertAll(List<ImportedRequest> added) {
    Set<UserId> known = findKnown(added.stream().flatMap(RequestExport::peopleOf).toList());
    Collection<Long> taken = writer.findIds("book_requests", idsOf(added));
    Map<Long, LegacyRequest> same =
        readThere(added.stream().filter(request -> taken.contains(request.id())).toList());
    var stored = new ArrayList<ImportedRow>();
    for (ImportedRequest request : added) {
      @Nullable LegacyRequest other = same.get(request.id());
      if (other != null && isExported(request, other.request())) {
        stored.add(other.toRow());
        state.report.count(RowKind.REQUEST, Outcome.UNCHANGED);
      } else if (taken.contains(request.id())) {
        leaveOut(RowKind.REQUEST, ImportFinding.ID_TAKEN, RequestImport.describe(request.id()));
      } else if (!peopleOf(request).allMatch(known::contains)) {
        leaveOut(RowKind.REQUEST, ImportFinding.NOT_EXPORTED, RequestImport.describe(request.id()));
      } else {
        ImportedRequest there = withoutIsbn(request);
        writer.insertRequest(there, there.note());
        stored.add(
            new ImportedRow(request.id(), RequestImport.fingerprint(there), request.isRefunded()));
        state.report.count(RowKind.REQUEST, Outcome.ADDED);
      }
    }
    state.rows.storeExported(state.tx, RowKind.REQUEST, stored);
  }

  private static Stream<UserId> peopleOf(ImportedRequest request) {
    return request.respondedBy() == null
        ? Stream.of(request.creator(), request.user())
        : Stream.of(request.creator(), request.user(), request.respondedBy());
  }

  /** Which of the users have an imported account that is still there. */
  private Set<UserId> findKnown(Collection<UserId> users) {
    Set<UserId> imported = AccountImport.knownUsers(state, users);
    return writer.findIds("users", imported.stream().map(UserId::value).toList()).stream()
        .map(UserId::new)
        .collect(toSet());
  }

  /** Whether an export wrote this request there, and then failed to remember it. */
  private static boolean isExported(ImportedRequest here, ImportedRequest there) {
    return here.creator().equals(there.creator())
        && here.user().equals(there.user())
        && RequestImport.fingerprint(withoutIsbn(here)).equals(RequestImport.fingerprint(there));
  }

  /** There is no column for it, so it becomes part of the message. */
  private static ImportedRequest withoutIsbn(ImportedRequest request) {
    String note = request.note();
    String message =
        request.isbn() == null
            ? note
            : (note == null ? "" : note + "\n") + "ISBN " + request.isbn();
    return new ImportedRequest(
        request.id(),
        request.creator(),
        request.user(),
        request.title(),
        request.author(),
        null,
        message,
        request.status(),
        request.response(),
        request.respondedBy(),
        request.createdAt(),
        request.updatedAt());
  }

  private void leaveOut(RowKind kind, ImportFinding finding, String where) {
    state.report.add(finding, where);
    state.report.count(kind, Outcome.LEFT_OUT);
  }

  private void updateAll(List<ImportedRequest> changed, Map<Long, ImportedRow> imported) {
    if (changed.isEmpty()) {
      return;
    }
    Map<Long, LegacyRequest> there = readThere(changed);
    Set<UserId> known = findKnown(changed.stream().flatMap(RequestExport::peopleOf).toList());
    var stored = new ArrayList<ImportedRow>();
    for (ImportedRequest here : changed) {
      ImportedRow before = baseOf(imported, here.id());
      @Nullable LegacyRequest other = there.get(here.id());
      if (other == null) {
        leaveOut(RowKind.REQUEST, ImportFinding.GONE_THERE, RequestImport.describe(here.id()));
        continue;
      }
      ImportedRequest wanted = withKnownResponder(here, known);
      String now = RequestImport.stateFingerprint(wanted);
      Change change =
          Fingerprint.compare(before.part(1), RequestImport.stateFingerprint(other.request()), now);
      if (change == Change.BOTH) {
        leaveOut(
            RowKind.REQUEST,
            ImportFinding.CHANGED_ON_BOTH_SIDES,
            RequestImport.describe(here.id()) + ": the status or response");
        continue;
      }
      if (change == Change.HERE) {
        writer.updateRequest(wanted, other.request());
      }
      stored.add(new ImportedRow(here.id(), before.part(0) + "." + now, here.isRefunded()));
      state.report.count(RowKind.REQUEST, Outcome.CHANGED);
    }
    state.rows.storeAll(state.tx, RowKind.REQUEST, ImportedRowStore.NO_CREATOR, stored);
  }

  private ImportedRequest withKnownResponder(ImportedRequest request, Set<UserId> known) {
    @Nullable UserId responder = request.respondedBy();
    if (responder == null || known.contains(responder)) {
      return request;
    }
    state.report.add(ImportFinding.UNKNOWN_RESPONDER, RequestImport.describe(request.id()));
    return new ImportedRequest(
        request.id(),
        request.creator(),
        request.user(),
        request.title(),
        request.author(),
        request.isbn(),
        request.note(),
        request.status(),
        request.response(),
        null,
        request.createdAt(),
        request.updatedAt());
  }

  /** Reads requests there as an import would; what it would report was reported by the import. */
  private Map<Long, LegacyRequest> readThere(List<ImportedRequest> changed) {
    if (changed.isEmpty()) {
      return Map.of();
    }
    try (var silent = new ImportReport(null)) {
      var reading =
          new ImportState(state.tx, state.source, state.mapping, silent, ImportProgress.NONE);
      reading.creators.addAll(state.creators);
      return RequestImport.convertAll(
              reading, state.source.findRows(state.mapping, LegacyQuery.REQUESTS, idsOf(changed)))
          .stream()
          .collect(toMap(found -> found.request().id(), Function.identity()));
    }
  }

  private void exportReplies() {
    state.progress.begin("replies", -1);
    long after = 0;
    List<ImportedReply> page;
    do {
      page = requests.findRepliesAfter(state.tx, after, ROWS_AT_ONCE);
      if (!page.isEmpty()) {
        exportReplies(page);
        after = page.getLast().id();
        state.progress.advance(page.size());
      }
    } while (page.size() == ROWS_AT_ONCE);
    state.progress.end();
  }

  private void exportReplies(List<ImportedReply> page) {
    Set<Long> imported =
        findImported(RowKind.REPLY, page.stream().map(ImportedReply::id).toList()).keySet();
    List<ImportedReply> added =
        page.stream().filter(reply -> !imported.contains(reply.id())).toList();
    Collection<Long> threads =
        writer.findIds(
            "book_requests",
            findImported(
                    RowKind.REQUEST, added.stream().map(ImportedReply::request).distinct().toList())
                .keySet());
    Set<UserId> known = findKnown(added.stream().map(ImportedReply::user).toList());
    Collection<Long> taken =
        writer.findIds("book_request_replies", added.stream().map(ImportedReply::id).toList());
    var stored = new ArrayList<ImportedRow>();
    for (ImportedReply reply : added) {
      if (taken.contains(reply.id())) {
        leaveOut(RowKind.REPLY, ImportFinding.ID_TAKEN, "reply " + reply.id());
      } else if (!threads.contains(reply.request()) || !known.contains(reply.user())) {
        leaveOut(RowKind.REPLY, ImportFinding.NOT_EXPORTED, "reply " + reply.id());
      } else {
        writer.insertReply(reply);
        stored.add(new ImportedRow(reply.id(), ReplyImport.fingerprint(reply)));
        state.report.count(RowKind.REPLY, Outcome.ADDED);
      }
    }
    state.rows.storeExported(state.tx, RowKind.REPLY, stored);
    for (int same = imported.size(); same > 0; same--) {
      state.report.count(RowKind.REPLY, Outcome.UNCHANGED);
    }
  }
}
