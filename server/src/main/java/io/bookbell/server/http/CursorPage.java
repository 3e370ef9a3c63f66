package io.bookbell.server.http;

import org.jspecify.annotations.Nullable;

/** A response body with a cursor to the next page. */
public interface CursorPage {
  /** Where the next page starts; null on the last page. */
  @Nullable String nextCursor();

  /** The same page with another form of its cursor. */
  CursorPage withCursor(String cursor);
}
