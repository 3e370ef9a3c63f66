package io.bookbell.server.request;

import io.bookbell.server.http.PageCursor;
import io.bookbell.server.storage.sql.SqlFragment;
import java.util.Comparator;
import java.util.Locale;

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

  /** The columns to order by, of a request's row named {@code r}. */
  String orderBy() {
    return switch (this) {
      case NEWEST -> "r.id DESC";
      case OLDEST -> "r.id";
      case UPDATED -> "r.updated_at DESC, r.id DESC";
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

  SqlFragment conditionAfter(PageCursor pageCursor) {
    return switch (this) {
      case NEWEST -> SqlFragment.of("r.id < ?", pageCursor.id());
      case OLDEST -> SqlFragment.of("r.id > ?", pageCursor.id());
      case UPDATED ->
          SqlFragment.of("(r.updated_at, r.id) < (?, ?)", pageCursor.time(), pageCursor.id());
    };
  }
}
