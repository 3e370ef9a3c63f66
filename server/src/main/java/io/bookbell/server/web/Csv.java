package io.bookbell.server.web;

import io.bookbell.server.storage.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tables as RFC 4180 has them, safe to open in a spreadsheet. Stateless. */
public final class Csv {
  /** Tells spreadsheets that what follows is UTF-8. */
  static final String START = "\uFEFF";

  /** A spreadsheet takes a cell that begins so for a formula; the last four are wide forms. */
  private static final String BEGINS_FORMULA = "=+-@\t\r\n＝＋－＠";

  private Csv() {}

  /** One line, with its end; null is an empty cell, everything else is written as its text. */
  static String line(List<? extends @Nullable Object> cells) {
    return cells.stream().map(Csv::cell).collect(Collectors.joining(",", "", "\r\n"));
  }

  private static String cell(@Nullable Object value) {
    String text = value == null ? "" : value.toString();
    String safe = text;
    if (!text.isEmpty()
        && !(value instanceof Number)
        && BEGINS_FORMULA.indexOf(text.charAt(0)) >= 0) {
      safe = "'" + text;
    }
    boolean plain = safe.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
  }

  /** What a file says: the names of its columns, and from where its rows come. */
  public record Table<C>(String fileName, List<String> columns, Source<C> source) {}

  /** Reads some rows after others, in a transaction of their own; checks who asks, each time. */
  @FunctionalInterface
  public interface Source<C> {
    Piece read(Transaction tx, Caller caller, C query, Optional<Mark> after);
  }

  /**
   * Some rows.
   *
   * @param last where they end; empty when there are no more
   */
  public record Piece(List<? extends List<? extends @Nullable Object>> rows, Optional<Mark> last) {
    /** A piece of rows that were fetched with a limit: a full one says that there may be more. */
    public static <T> Piece of(
        List<T> found,
        int limit,
        Function<T, Mark> mark,
        Function<T, List<? extends @Nullable Object>> row) {
      return new Piece(
          found.stream().map(row).toList(),
          found.size() < limit ? Optional.empty() : Optional.of(mark.apply(found.getLast())));
    }

    String text() {
      return rows.stream().map(Csv::line).collect(Collectors.joining());
    }
  }
}
