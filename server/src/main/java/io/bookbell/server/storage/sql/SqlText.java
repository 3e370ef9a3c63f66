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
 * becomes a list or an array, one key is compared without a list, and row locks are removed for
 * SQLite. Texts must not contain a {@code ?} in quotes.
 */
final class SqlText {
  private static final String ROW_LOCK = "FOR NO KEY UPDATE";
  private static final String IN_LIST = "IN (";
  private static final String NOT_IN_LIST = "NOT IN (";

  /** Longer lists aren't rounded up: SQLite allows 32,766 values in a statement. */
  private static final int MAX_PLACEHOLDERS = 16_384;

  /** Texts without row locks, by their originals. Both come from the program, so they are few. */
  private static final Map<String, String> WITHOUT_LOCKS = new ConcurrentHashMap<>();

  /** Texts that look one key up, by those for any number of keys. */
  private static final Map<String, String> FOR_ONE_KEY = new ConcurrentHashMap<>();

  private SqlText() {}

  /**
   * Compares with the only key by {@code =}. After {@code IN}, SQLite doesn't know that there is
   * only one, and may look up no more than its first column.
   */
  static String forOneKey(String sql) {
    return FOR_ONE_KEY.computeIfAbsent(
        sql, text -> RowTuple.findIn(text).orElseThrow().compareWithOne());
  }

  /** The text of statements that are sent together. */
  static String joinTexts(List<ExecutedStatement> statements) {
    return statements.size() == 1
        ? statements.getFirst().sql()
        : String.join(";", statements.stream().map(ExecutedStatement::sql).toList());
  }

  /** One statement that runs several inserts, which don't see each other's rows. */
  static ExecutedStatement joinInserts(List<ExecutedStatement> inserts) {
    var text = new StringBuilder();
    var values = new ArrayList<@Nullable Object>();
    int last = inserts.size() - 1;
    for (int index = 0; index < last; index++) {
      text.append(index == 0 ? "WITH " : ", ").append("insert_").append(index + 1);
      text.append(" AS (").append(inserts.get(index).sql()).append(") ");
      values.addAll(inserts.get(index).values());
    }
    text.append(inserts.get(last).sql());
    values.addAll(inserts.get(last).values());
    return new ExecutedStatement(text.toString(), values);
  }

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

  /**
   * Replaces each {@code IN (?)} whose value is a collection by a comparison with an array, so that
   * all lists have the same text on PostgreSQL.
   */
  static ExecutedStatement listsToArrays(String sql, @Nullable Object[] values) {
    if (!hasCollections(values)) {
      return new ExecutedStatement(sql, Arrays.asList(values));
    }
    var text = new StringBuilder();
    var flat = new ArrayList<@Nullable Object>();
    int from = 0;
    for (@Nullable Object value : values) {
      int place = sql.indexOf('?', from);
      text.append(sql, from, place);
      from = place + 1;
      if (value instanceof Collection<?> list && !list.isEmpty()) {
        replaceEnd(text);
        flat.add(SqlArray.ofList(list));
      } else if (value instanceof Collection<?>) {
        text.append("NULL"); // x IN (NULL) holds for no row
      } else {
        text.append('?');
        flat.add(value);
      }
    }
    return new ExecutedStatement(text.append(sql, from, sql.length()).toString(), flat);
  }

  private static void replaceEnd(StringBuilder text) {
    boolean negated = text.toString().endsWith(NOT_IN_LIST);
    String found = negated ? NOT_IN_LIST : IN_LIST;
    if (!text.toString().endsWith(found)) {
      throw new IllegalArgumentException("A list must be in IN (?): " + text);
    }
    text.setLength(text.length() - found.length());
    text.append(negated ? "<> ALL (?" : "= ANY (?");
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
        Math.min(
            Integer.highestOneBit(2 * list.size() - 1), Math.max(list.size(), MAX_PLACEHOLDERS));
    text.append("?").append(", ?".repeat(places - 1));
    flat.addAll(list);
    Object last = flat.getLast();
    for (int place = list.size(); place < places; place++) {
      flat.add(last);
    }
  }
}
