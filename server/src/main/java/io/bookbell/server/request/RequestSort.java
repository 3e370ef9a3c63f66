package io.bookbell.server.request;

import static io.bookbell.server.storage.schema.Tables.BOOK_REQUEST;
import static org.jooq.impl.DSL.row;

import io.bookbell.server.http.PageCursor;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jooq.Condition;
import org.jooq.OrderField;

/**
 * The order of a list of requests. A page continues after a {@link PageCursor} (keyset pagination),
 * so changes in between don't shift it.
 */
public enum RequestSort {
  NEWEST,
  OLDEST,
  /** Most recently changed first. */
  UPDATED;

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static RequestSort of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  /** Returns whether the order is by time, so that its cursors need one. */
  boolean isByTime() {
    return this == UPDATED;
  }

  PageCursor cursorOf(BookRequest request) {
    return isByTime()
        ? new PageCursor(request.updatedAt().toEpochMilli(), request.id())
        : PageCursor.ofId(request.id());
  }

  List<OrderField<?>> orderFields() {
    return switch (this) {
      case NEWEST -> List.of(BOOK_REQUEST.ID.desc());
      case OLDEST -> List.of(BOOK_REQUEST.ID.asc());
      case UPDATED -> List.of(BOOK_REQUEST.UPDATED_AT.desc(), BOOK_REQUEST.ID.desc());
    };
  }

  Comparator<BookRequest> toComparator() {
    Comparator<BookRequest> byId = Comparator.comparingLong(BookRequest::id);
    return switch (this) {
      case NEWEST -> byId.reversed();
      case OLDEST -> byId;
      case UPDATED -> Comparator.comparing(BookRequest::updatedAt).thenComparing(byId).reversed();
    };
  }

  Condition conditionAfter(PageCursor pageCursor) {
    return switch (this) {
      case NEWEST -> BOOK_REQUEST.ID.lt(pageCursor.id());
      case OLDEST -> BOOK_REQUEST.ID.gt(pageCursor.id());
      case UPDATED ->
          row(BOOK_REQUEST.UPDATED_AT, BOOK_REQUEST.ID)
              .lt(row(Instant.ofEpochMilli(pageCursor.time()), pageCursor.id()));
    };
  }
}
