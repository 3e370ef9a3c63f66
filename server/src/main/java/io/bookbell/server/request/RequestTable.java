package io.bookbell.server.request;

import io.bookbell.hub.UserId;
import io.bookbell.server.web.Csv;
import io.bookbell.server.web.Mark;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A creator's requests as a table in a file. Stateless. */
final class RequestTable {
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

  private RequestTable() {}

  /** Which requests are wanted. */
  record Wanted(UserId creator, Filter filter) {
    Filter after(Optional<Mark> mark) {
      return new Filter(filter.statuses(), filter.supporter(), filter.text(), filter.sort(), mark);
    }
  }

  static Csv.Table<Wanted> of(RequestLists lists) {
    return new Csv.Table<>(
        "book-requests.csv",
        COLUMNS,
        (tx, caller, wanted, after) ->
            Csv.Piece.of(
                lists.export(tx, caller.user(), wanted.creator, wanted.after(after), ROWS_AT_ONCE),
                ROWS_AT_ONCE,
                wanted.filter.sort()::mark,
                RequestTable::row));
  }

  private static List<@Nullable Object> row(BookRequest request) {
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
