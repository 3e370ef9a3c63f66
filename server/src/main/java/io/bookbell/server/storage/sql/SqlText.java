package io.bookbell.server.storage.sql;

import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a statement's text before it is prepared: a {@code ?} whose value is a collection
 * becomes a list, an insert gets one tuple per row, and row locks are removed for SQLite. Texts
 * must not contain a {@code ?} in quotes.
 */
final class SqlText {
  private static final String ROW_LOCK = "FOR NO KEY UPDATE";
  private static final String VALUES = "VALUES (";

  /** Longer lists aren't rounded up: SQLite allows 32,766 values in a statement. */
  private static final int MOST_PLACES = 16_384;

  /** Texts without row locks, by their originals. Both come from the program, so they are few. */
  private static final Map<String, String> WITHOUT_LOCKS = new ConcurrentHashMap<>();

  private SqlText() {}

  /** SQLite has no row locks: its only writer holds the whole database. */
  static String removeRowLocks(String sql) {
    return sql.contains(ROW_LOCK)
        ? WITHOUT_LOCKS.computeIfAbsent(
            sql, text -> text.replaceAll(ROW_LOCK + "( OF \\w+)?", "").strip())
        : sql;
  }

  /**
   * Expands each {@code ?} whose value is a collection to a list of as many. To keep the number of
   * different texts small, a list has a power of two of places; the last value is repeated. Nothing
   * is in an empty list, nor does {@code NOT IN} hold for one.
   */
  static ExecutedStatement expandLists(String sql, @Nullable Object[] values) {
    if (!hasCollections(values)) {
      return new ExecutedStatement(sql, Arrays.asList(values));
    }
    var text = new StringBuilder();
    var flat = new ArrayList<@Nullable Object>();
    int from = 0;
    for (@Nullable Object value : values) {
      int place = sql.indexOf('?', from);
      text.append(sql, from, place);
      if (value instanceof Collection<?> list) {
        appendList(text, flat, list);
      } else {
        text.append('?');
        flat.add(value);
      }
      from = place + 1;
    }
    return new ExecutedStatement(text.append(sql, from, sql.length()).toString(), flat);
  }

  private static boolean hasCollections(@Nullable Object[] values) {
    for (@Nullable Object value : values) {
      if (value instanceof Collection) {
        return true;
      }
    }
    return false;
  }

  private static void appendList(
      StringBuilder text, List<@Nullable Object> flat, Collection<?> list) {
    if (list.isEmpty()) {
      text.append("NULL"); // x IN (NULL) holds for no row
      return;
    }
    int places =
        Math.min(Integer.highestOneBit(2 * list.size() - 1), Math.max(list.size(), MOST_PLACES));
    text.append("?").append(", ?".repeat(places - 1));
    flat.addAll(list);
    Object last = flat.getLast();
    for (int place = list.size(); place < places; place++) {
      flat.add(last);
    }
  }

  /** Repeats the tuple of an insert's {@code VALUES}. */
  static String repeatTuple(String insert, int rows) {
    int begin = insert.indexOf(VALUES);
    int end = insert.indexOf(')', begin) + 1;
    String tuple = insert.substring(begin + VALUES.length() - 1, end);
    if (begin < 0 || tuple.lastIndexOf('(') > 0) {
      throw new IllegalArgumentException("Not an insert of plain values: " + insert);
    }
    return insert.substring(0, end) + (", " + tuple).repeat(rows - 1) + insert.substring(end);
  }
}
