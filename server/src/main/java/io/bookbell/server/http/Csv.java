package io.bookbell.server.http;

import io.bookbell.server.storage.Transaction;
import io.bookbell.server.text.LanguageRanges;
import io.bookbell.server.text.TextNormalizer;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.Locale.LanguageRange;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * CSV in the format of RFC 4180, except for the separator, and safe to open in a spreadsheet.
 * Stateless.
 */
public final class Csv {
  /** A byte order mark, by which spreadsheets recognize UTF-8. */
  static final String START = "\uFEFF";

  /**
   * If the first visible character of a cell is one of these, spreadsheets take the cell for a
   * formula.
   */
  private static final String BEGINS_FORMULA = "=+-@−|";

  private static final String BEGINS_CELL = "\t\r\n";

  private Csv() {}

  /** The separator between the cells of a line. */
  enum CsvSeparator {
    COMMA(","),
    SEMICOLON(";");

    static final List<String> NAMES = List.of("comma", "semicolon");

    private final String text;

    CsvSeparator(String text) {
      this.text = text;
    }

    /** The separator that a request asks for, otherwise that of its languages. */
    static CsvSeparator of(ApiRequest apiRequest) {
      var queryParameters = apiRequest.queryParameters();
      Optional<String> named = queryParameters.optionalOneOf("separator", NAMES);
      queryParameters.requireNoErrors();
      return named
          .map(CsvSeparator::of)
          .orElseGet(() -> forLanguages(apiRequest.header("Accept-Language").orElse("")));
    }

    private static CsvSeparator of(String name) {
      return name.equals("semicolon") ? SEMICOLON : COMMA;
    }

    /**
     * The separator that spreadsheets expect in the preferred language: a semicolon where the comma
     * is the decimal separator.
     *
     * @param languages in the format of {@code Accept-Language}
     */
    static CsvSeparator forLanguages(String languages) {
      return LanguageRanges.parse(languages).stream()
          .map(LanguageRange::getRange)
          .filter(range -> !range.equals("*"))
          .findFirst()
          .map(Locale::forLanguageTag)
          .filter(locale -> DecimalFormatSymbols.getInstance(locale).getDecimalSeparator() != '.')
          .map(_ -> SEMICOLON)
          .orElse(COMMA);
    }
  }

  /** Formats one line, including its end; null becomes an empty cell. */
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

  /** A CSV file: its columns and the source of its rows. */
  public record CsvTable<C>(String fileName, List<String> columns, CsvRowSource<C> source) {}

  /** Reads the next rows, each time in a new transaction and with a new permission check. */
  @FunctionalInterface
  public interface CsvRowSource<C> {
    CsvChunk read(Transaction tx, Caller caller, C query, Optional<PageCursor> after);
  }

  /**
   * A chunk of rows.
   *
   * @param last the position of the last row; empty if there are no more
   */
  public record CsvChunk(
      List<? extends List<? extends @Nullable Object>> rows, Optional<PageCursor> last) {
    /** Creates a chunk from rows fetched with a limit: if it is full, there may be more. */
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
