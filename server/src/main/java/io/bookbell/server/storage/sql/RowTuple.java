package io.bookbell.server.storage.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A statement with one row of values, {@code VALUES (?, ...)}, which contains all its places, such
 * as an insert.
 */
record RowTuple(String before, List<String> expressions, String after) {
  private static final String VALUES = "VALUES (";
  private static final String IN = " IN (";

  /** By their texts, which come from the program, so they are few. */
  private static final Map<String, Optional<RowTuple>> KNOWN = new ConcurrentHashMap<>();

  /** Finds the row of values; empty if there is none, or if there are places elsewhere. */
  static Optional<RowTuple> findIn(String sql) {
    Optional<RowTuple> known = KNOWN.get(sql);
    return known == null ? KNOWN.computeIfAbsent(sql, RowTuple::parse) : known;
  }

  private static Optional<RowTuple> parse(String sql) {
    int begin = sql.indexOf(VALUES);
    if (begin < 0) {
      return Optional.empty();
    }
    int start = begin + VALUES.length();
    var expressions = new ArrayList<String>();
    int depth = 0;
    int from = start;
    int end = start;
    for (; depth >= 0; end++) {
      char c = sql.charAt(end);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth < 0 || (depth == 0 && c == ',')) {
        expressions.add(sql.substring(from, end).strip());
        from = end + 1;
      }
    }
    var tuple = new RowTuple(sql.substring(0, begin), expressions, sql.substring(end));
    boolean whole = !hasPlace(tuple.before) && !hasPlace(tuple.after);
    return whole ? Optional.of(tuple) : Optional.empty();
  }

  private static boolean hasPlace(String sql) {
    return sql.indexOf('?') >= 0;
  }

  /** The statement with {@code = (...)} in place of {@code IN (VALUES (...))}, if it has that. */
  String compareWithOne() {
    if (!before.endsWith(IN)) {
      return repeat(1);
    }
    return before.substring(0, before.length() - IN.length())
        + " = ("
        + String.join(", ", expressions)
        + after;
  }

  /** The statement for a number of rows, with places for all of them. */
  String repeat(int rows) {
    String row = "(" + String.join(", ", expressions) + ")";
    return before + "VALUES " + row + (", " + row).repeat(rows - 1) + after;
  }

  /**
   * The statement for any number of rows, with an array for each place.
   *
   * @param types the PostgreSQL type of each place
   */
  String toManyRows(List<String> types) {
    var selected = new ArrayList<String>();
    var names = new ArrayList<String>();
    for (String expression : expressions) {
      var text = new StringBuilder(expression);
      for (int place = text.indexOf("?"); place >= 0; place = text.indexOf("?")) {
        String name = "value_" + (names.size() + 1);
        names.add(name);
        text.replace(place, place + 1, name);
      }
      selected.add(text.toString());
    }
    return before
        + "SELECT "
        + String.join(", ", selected)
        + " FROM unnest("
        + String.join(", ", types.stream().map(type -> "?::" + type + "[]").toList())
        + ") AS given ("
        + String.join(", ", names)
        + ")"
        + after;
  }
}
