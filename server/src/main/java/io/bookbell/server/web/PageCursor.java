package io.bookbell.server.web;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Where a page ended, in a list that is ordered by time and then by id, or by id alone.
 *
 * @param time in milliseconds; {@link #BY_ID} in a list that is ordered by id alone
 */
public record PageCursor(long time, long id) {
  private static final long BY_ID = -1;

  public static PageCursor ofId(long id) {
    return new PageCursor(BY_ID, id);
  }

  boolean isByTime() {
    return time != BY_ID;
  }

  /** What clients send back; they do not look into it. */
  String encode() {
    String text = isByTime() ? time + "," + id : Long.toString(id);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * @throws IllegalArgumentException when the text is not a cursor of ours
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
      throw new IllegalArgumentException("no such place in a list");
    }
    return pageCursor;
  }

  /** Which part of a list is wanted. */
  public record CursorPageRequest(int limit, Optional<PageCursor> after) {}
}
