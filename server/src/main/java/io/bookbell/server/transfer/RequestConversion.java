package io.bookbell.server.transfer;

import io.bookbell.hub.UserId;
import io.bookbell.server.request.ImportedRequestStore.ImportedRequest;
import io.bookbell.server.request.Status;
import io.bookbell.server.transfer.ImportReport.Outcome;
import io.bookbell.server.transfer.LegacyTexts.BookTexts;
import io.bookbell.server.transfer.RequestImport.LegacyRequest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Converts requests of the replaced system to the form in which they are stored here. Confined to
 * the transaction's thread.
 */
final class RequestConversion {
  private final ImportState state;
  private final List<LegacyRow> rows;
  private final Set<UserId> known;

  RequestConversion(ImportState state, List<LegacyRow> rows) {
    this.state = state;
    this.rows = rows;
    this.known = AccountImport.knownUsers(state, peopleIn(rows));
  }

  List<LegacyRequest> convertAll() {
    return rows.stream().flatMap(row -> convert(row).stream()).toList();
  }

  private static Set<UserId> peopleIn(List<LegacyRow> rows) {
    var people = new TreeSet<UserId>();
    for (LegacyRow row : rows) {
      row.id("user_id").map(UserId::new).ifPresent(people::add);
      row.id("responded_by").map(UserId::new).ifPresent(people::add);
    }
    return people;
  }

  private Optional<LegacyRequest> convert(LegacyRow row) {
    long id = row.id("id").orElseThrow();
    String where = RequestImport.describe(id);
    Optional<UserId> creator =
        row.id("creator_id").map(UserId::new).filter(state.creators::contains);
    Optional<UserId> user = row.id("user_id").map(UserId::new).filter(known::contains);
    if (creator.isEmpty() || user.isEmpty()) {
      state.report.add(
          ImportFinding.ORPHANED_REQUEST,
          "%s of user %s to creator %s"
              .formatted(
                  where,
                  row.text("user_id").orElse("without an id"),
                  row.text("creator_id").orElse("without an id")));
      state.report.count(RowKind.REQUEST, Outcome.LEFT_OUT);
      return Optional.empty();
    }
    BookTexts book = state.texts.book(row, where);
    Status status = state.texts.status(row, where);
    Instant createdAt = state.texts.time(row, "created_at", state.tx.now(), where);
    var request =
        new ImportedRequest(
            id,
            creator.get(),
            user.get(),
            book.title(),
            book.author(),
            book.isbn(),
            book.note(),
            status,
            state.texts.longText(row, "response", where).orElse(null),
            responder(row, where),
            createdAt,
            state.texts.time(row, "updated_at", createdAt, where));
    boolean refunded = row.flag("refunded");
    if (refunded != request.isRefunded()) {
      state.report.add(ImportFinding.REFUND_DIFFERS, where + ": " + status.wireName());
    }
    return Optional.of(new LegacyRequest(request, refunded));
  }

  private @Nullable UserId responder(LegacyRow row, String where) {
    Optional<UserId> responder = row.id("responded_by").map(UserId::new);
    if (row.text("responded_by").isPresent() && responder.filter(known::contains).isEmpty()) {
      state.report.add(ImportFinding.UNKNOWN_RESPONDER, where);
      return null;
    }
    return responder.orElse(null);
  }
}
