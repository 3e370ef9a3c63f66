package io.bookbell.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor where the next page starts, opaque to clients; null on the last page
 */
public record ListPage<T>(List<T> items, @Nullable String nextCursor) implements CursorPage {

  /**
   * Creates a page of a list ordered by id from rows fetched with {@code limit + 1}: a surplus row
   * means that there are more.
   */
  public static <T> ListPage<T> of(List<T> rows, int limit, ToLongFunction<T> id) {
    if (rows.size() <= limit) {
      return new ListPage<>(List.copyOf(rows), null);
    }
    List<T> items = List.copyOf(rows.subList(0, limit));
    return new ListPage<>(items, encode(id.applyAsLong(items.getLast())));
  }

  /** Like {@link #of}, for a list that isn't ordered by id alone. */
  public static <T> ListPage<T> ofCursors(List<T> rows, int limit, Function<T, PageCursor> mark) {
    return rows.size() <= limit
        ? new ListPage<>(List.copyOf(rows), null)
        : new ListPage<>(
            List.copyOf(rows.subList(0, limit)), mark.apply(rows.get(limit - 1)).encode());
  }

  @Override
  public ListPage<T> withCursor(String cursor) {
    return new ListPage<>(items, cursor);
  }

  public <R> ListPage<R> mapItems(Function<List<T>, List<R>> change) {
    return new ListPage<>(change.apply(items), nextCursor);
  }

  private static String encode(long id) {
    byte[] text = Long.toString(id).getBytes(StandardCharsets.US_ASCII);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text);
  }

  /**
   * @throws IllegalArgumentException if the text isn't one of our cursors
   */
  static long decode(String cursor) {
    byte[] text = Base64.getUrlDecoder().decode(cursor);
    return Long.parseLong(new String(text, StandardCharsets.US_ASCII));
  }
}
