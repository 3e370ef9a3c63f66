package io.bookbell.server.storage.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a statement with its values, for queries that are composed. Immutable.
 *
 * @param text with a {@code ?} for each value
 */
public record SqlFragment(String text, List<@Nullable Object> values) {
  /** Holds for every row. */
  public static final SqlFragment TRUE = of("TRUE");

  /** Holds for no row. */
  public static final SqlFragment FALSE = of("FALSE");

  public SqlFragment {
    values = Collections.unmodifiableList(new ArrayList<>(values));
  }

  public static SqlFragment of(String text, @Nullable Object... values) {
    return new SqlFragment(text, Arrays.asList(values));
  }

  /** Both texts, separated by a space. */
  public SqlFragment append(SqlFragment next) {
    var all = new ArrayList<@Nullable Object>(values);
    all.addAll(next.values);
    return new SqlFragment(text + " " + next.text, all);
  }

  public SqlFragment append(String nextText, @Nullable Object... nextValues) {
    return append(of(nextText, nextValues));
  }

  /** A condition that holds where both hold. */
  public SqlFragment and(SqlFragment other) {
    if (equals(TRUE)) {
      return other;
    }
    return other.equals(TRUE) ? this : join(" AND ", List.of(this, other));
  }

  public SqlFragment and(String condition, @Nullable Object... conditionValues) {
    return and(of(condition, conditionValues));
  }

  /** A condition that holds where one of them holds; {@link #FALSE} for none. */
  public static SqlFragment anyOf(List<SqlFragment> conditions) {
    return conditions.isEmpty() ? FALSE : join(" OR ", conditions);
  }

  /** A condition that holds where a column contains a text. */
  public static SqlFragment contains(String column, String part) {
    String pattern = part.replace("!", "!!").replace("%", "!%").replace("_", "!_");
    return of(column + " LIKE ? ESCAPE '!'", "%" + pattern + "%");
  }

  private static SqlFragment join(String operator, List<SqlFragment> conditions) {
    var text = new StringBuilder();
    var all = new ArrayList<@Nullable Object>();
    for (SqlFragment condition : conditions) {
      text.append(text.isEmpty() ? "(" : operator + "(").append(condition.text).append(')');
      all.addAll(condition.values);
    }
    return new SqlFragment(text.toString(), all);
  }
}
