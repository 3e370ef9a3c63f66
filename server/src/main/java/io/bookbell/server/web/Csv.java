package io.bookbell.server.web;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.TextNormalizer;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.Locale.LanguageRange;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tables as RFC 4180 has them, but for the separator, safe to open in a spreadsheet. Stateless. */
public final class Csv {
  /** Tells spreadsheets that what follows is UTF-8. */
  static final String START = "\uFEFF";

  /** A spreadsheet takes a cell for a formula whose first character, as anybody sees it, is so. */
  private static final String BEGINS_FORMULA = "=+-@−|";

  private static final String BEGINS_CELL = "\t\r\n";

  private Csv() {}

  /** What is between the cells of a line. */
  enum CsvSeparator {
    COMMA(","),
    SEMICOLON(";");

    static final List<String> NAMES = List.of("comma", "semicolon");

    private final String text;

    CsvSeparator(String text) {
      this.text = text;
    }

    static CsvSeparator of(String name) {
      return name.equals("semicolon") ? SEMICOLON : COMMA;
    }

    /**
     * What spreadsheets expect under the language that somebody prefers: where a comma stands in
     * decimal numbers, it cannot stand between cells.
     *
     * @param languages as in {@code Accept-Language}
     */
    static CsvSeparator forLanguages(String languages) {
      try {
        return Locale.LanguageRange.parse(languages).stream()
            .map(LanguageRange::getRange)
            .filter(range -> !range.equals("*"))
            .findFirst()
            .map(Locale::forLanguageTag)
            .filter(locale -> DecimalFormatSymbols.getInstance(locale).getDecimalSeparator() != '.')
            .map(_ -> SEMICOLON)
            .orElse(COMMA);
      } catch (IllegalArgumentException e) { // no list of languages
        return COMMA;
      }
    }
  }

  /** One line, with its end; null is an empty cell, everything else is written as its text. */
  static String formatLine(List<? extends @Nullable Object> cells, CsvSeparator csvSeparator) {
    return cells.stream()
        .map(Csv::formatCell)
        .collect(Collectors.joining(csvSeparator.text, "", "\r\n"));
  }

  private static String formatCell(@Nullable Object value) {
    String text = value == null ? "" : value.toString();
    String safe = !(value instanceof Number) && isFormula(text) ? "'" + text : text;
    boolean plain = safe.chars().noneMatch(c -> ",;\"\t\r\n".indexOf(c) >= 0);
    return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
  }

  private static boolean isFormula(String text) {
    String first = TextNormalizer.firstVisible(text);
    return !text.isEmpty()
        && (BEGINS_CELL.indexOf(text.charAt(0)) >= 0
            || (!first.isEmpty() && BEGINS_FORMULA.indexOf(first.charAt(0)) >= 0));
  }

  /** What a file says: the names of its columns, and from where its rows come. */
  public record CsvTable<C>(String fileName, List<String> columns, CsvRowSource<C> source) {}

  /** Reads some rows after others, in a transaction of their own; checks who asks, each time. */
  @FunctionalInterface
  public interface CsvRowSource<C> {
    CsvChunk read(Transaction tx, Caller caller, C query, Optional<PageCursor> after);
  }

  /**
   * Some rows.
   *
   * @param last where they end; empty when there are no more
   */
  public record CsvChunk(
      List<? extends List<? extends @Nullable Object>> rows, Optional<PageCursor> last) {
    /** A piece of rows that were fetched with a limit: a full one says that there may be more. */
    public static <T> CsvChunk of(
        List<T> found,
        int limit,
        Function<T, PageCursor> mark,
        Function<T, List<? extends @Nullable Object>> row) {
      return new CsvChunk(
          found.stream().map(row).toList(),
          found.size() < limit ? Optional.empty() : Optional.of(mark.apply(found.getLast())));
    }

    String toCsv(CsvSeparator csvSeparator) {
      return rows.stream().map(row -> formatLine(row, csvSeparator)).collect(Collectors.joining());
    }
  }
}
