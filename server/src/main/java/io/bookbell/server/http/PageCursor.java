package io.bookbell.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The position at which a page ended, in a list ordered by time and id or by id alone.
 *
 * @param time in milliseconds since 1970; {@link #BY_ID} in a list ordered by id alone
 */
public record PageCursor(long time, long id) {
  private static final long BY_ID = -1;

  public static PageCursor ofId(long id) {
    return new PageCursor(BY_ID, id);
  }

  boolean isByTime() {
    return time != BY_ID;
  }

  /** Encodes the cursor for clients, for whom it is opaque. */
  String encode() {
    String text = isByTime() ? time + "," + id : Long.toString(id);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * @throws IllegalArgumentException if the text isn't one of our cursors
   */
  static PageCursor decode(String cursor) {
    String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
    int comma = text.indexOf(',');
    PageCursor pageCursor =
        comma < 0
            ? ofId(Long.parseLong(text))
            : new PageCursor(
                Long.parseLong(text.substring(0, comma)),
                Long.parseLong(text.substring(comma + 1)));
    if (pageCursor.id <= 0 || pageCursor.time < BY_ID) {
      throw new IllegalArgumentException("not a valid cursor");
    }
    return pageCursor;
  }

  /** Selects a page of such a list. */
  public record CursorPageRequest(int limit, Optional<PageCursor> after) {}
}
