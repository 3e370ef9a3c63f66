package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.http.Csv;
import io.bookbell.server.http.PageCursor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Exports a creator's requests as CSV. Stateless. */
final class RequestCsvExport {
  private static final int ROWS_AT_ONCE = 200;
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "created_at",
          "updated_at",
          "status",
          "title",
          "author",
          "isbn",
          "note",
          "user_id",
          "user_name",
          "response",
          "responded_by",
          "refunded",
          "replies");

  private RequestCsvExport() {}

  /** The creator and the filter of an export. */
  record RequestExportQuery(UserId creator, RequestFilter filter) {
    RequestFilter withCursor(Optional<PageCursor> mark) {
      return new RequestFilter(
          filter.statuses(), filter.supporter(), filter.text(), filter.sort(), mark);
    }
  }

  static Csv.CsvTable<RequestExportQuery> csvTable(RequestListService lists) {
    return new Csv.CsvTable<>(
        "book-requests.csv",
        COLUMNS,
        (tx, caller, requestExportQuery, after) ->
            Csv.CsvChunk.of(
                lists.listForExport(
                    tx,
                    caller.user(),
                    requestExportQuery.creator,
                    requestExportQuery.withCursor(after),
                    ROWS_AT_ONCE),
                ROWS_AT_ONCE,
                requestExportQuery.filter.sort()::cursorOf,
                RequestCsvExport::toCsvRow));
  }

  private static List<@Nullable Object> toCsvRow(BookRequest request) {
    return Arrays.asList(
        request.id(),
        request.createdAt(),
        request.updatedAt(),
        request.status().wireName(),
        request.title(),
        request.author(),
        request.isbn(),
        request.note(),
        request.userId(),
        request.userName(),
        request.response(),
        request.respondedByName(),
        request.refunded(),
        request.replyCount());
  }
}
