package io.bookbell.server.transfer;

import static java.util.stream.Collectors.toSet;

import io.bookbell.hub.UserId;
import io.bookbell.server.request.ImportedRequestStore;
import io.bookbell.server.request.ImportedRequestStore.ImportedReply;
import io.bookbell.server.transfer.Fingerprint.Change;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.ImportedRowStore.ImportedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Imports replies. Confined to the transaction's thread. */
final class ReplyImport {
  private final ImportedRequestStore requests = new ImportedRequestStore();
  private final ImportState state;
  private long last;

  ReplyImport(ImportState state) {
    this.state = state;
  }

  void run() {
    state.forEachBatch(LegacyQuery.REPLIES, this::importBatch);
  }

  private void importBatch(List<LegacyRow> batch) {
    List<LegacyRow> rows = batch.stream().filter(this::hasNewId).toList();
    state.noteIds(RowKind.REPLY, rows.stream().flatMap(row -> row.id("id").stream()).toList());
    Set<UserId> known =
        AccountImport.knownUsers(
            state,
            rows.stream().flatMap(row -> row.id("user_id").map(UserId::new).stream()).toList());
    Set<Long> threads =
        state
            .rows
            .findAll(
                state.tx,
                RowKind.REQUEST,
                ImportedRowStore.NO_CREATOR,
                rows.stream().flatMap(row -> row.id("request_id").stream()).collect(toSet()))
            .keySet();
    var found = new ArrayList<ImportedReply>();
    for (LegacyRow row : rows) {
      convert(row, known, threads).ifPresent(found::add);
    }
    store(found);
  }

  private boolean hasNewId(LegacyRow row) {
    Optional<Long> id = row.id("id");
    boolean added = id.isPresent() && id.get() > last;
    if (!added) {
      state.report.add(
          id.filter(same -> same == last).isPresent()
              ? ImportFinding.DUPLICATE_ID
              : ImportFinding.INVALID_ID,
          "replies: id “%s”".formatted(row.text("id").orElse("")));
      state.report.count(RowKind.REPLY, Outcome.LEFT_OUT);
    } else {
      last = id.get();
    }
    return added;
  }

  private Optional<ImportedReply> convert(LegacyRow row, Set<UserId> known, Set<Long> threads) {
    long id = row.id("id").orElseThrow();
    String where = "reply " + id;
    Optional<Long> request = row.id("request_id").filter(threads::contains);
    Optional<UserId> user = row.id("user_id").map(UserId::new).filter(known::contains);
    Optional<String> body = state.texts.longText(row, "body", where);
    if (request.isEmpty() || user.isEmpty()) {
      state.report.add(
          ImportFinding.ORPHANED_REPLY,
          "%s by user %s to request %s"
              .formatted(
                  where,
                  row.text("user_id").orElse("without an id"),
                  row.text("request_id").orElse("without an id")));
    } else if (body.isEmpty()) {
      state.report.add(ImportFinding.EMPTY_REPLY, where);
    } else {
      return Optional.of(
          new ImportedReply(
              id,
              request.get(),
              user.get(),
              body.get(),
              state.texts.time(row, "created_at", state.tx.now(), where)));
    }
    state.report.count(RowKind.REPLY, Outcome.LEFT_OUT);
    return Optional.empty();
  }

  static String fingerprint(ImportedReply reply) {
    return Fingerprint.of(reply.body());
  }

  private void store(List<ImportedReply> found) {
    List<Long> ids = found.stream().map(ImportedReply::id).toList();
    Map<Long, ImportedRow> imported =
        state.rows.findAll(state.tx, RowKind.REPLY, ImportedRowStore.NO_CREATOR, ids);
    Map<Long, ImportedReply> existing = requests.findReplies(state.tx, ids);
    var added = new ArrayList<ImportedReply>();
    var stored = new ArrayList<ImportedRow>();
    for (ImportedReply there : found) {
      @Nullable ImportedRow before = imported.get(there.id());
      @Nullable ImportedReply here = existing.get(there.id());
      if (here == null) {
        added.add(there);
        stored.add(new ImportedRow(there.id(), fingerprint(there)));
        state.report.count(RowKind.REPLY, Outcome.ADDED);
      } else if (before == null) {
        state.report.add(ImportFinding.ID_TAKEN, "reply " + there.id());
        state.report.count(RowKind.REPLY, Outcome.LEFT_OUT);
      } else if (Fingerprint.compare(before.fingerprint(), fingerprint(there), fingerprint(here))
          == Change.THERE) {
        requests.updateReply(state.tx, there.id(), there.body());
        stored.add(new ImportedRow(there.id(), fingerprint(there)));
        state.report.count(RowKind.REPLY, Outcome.CHANGED);
      } else {
        state.report.count(RowKind.REPLY, Outcome.UNCHANGED);
      }
    }
    if (!added.isEmpty()) {
      requests.insertReplies(state.tx, added);
    }
    state.rows.storeAll(state.tx, RowKind.REPLY, ImportedRowStore.NO_CREATOR, stored);
  }
}
