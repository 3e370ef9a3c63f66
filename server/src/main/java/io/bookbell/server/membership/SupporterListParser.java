package io.bookbell.server.membership;

import io.bookbell.server.http.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Parses a list of supporters: a table as RFC 4180 has it, whose first line names the columns. Only
 * {@code email} and {@code tier} are read, so exports of other systems fit as they are. The
 * separator is a comma, a semicolon or a tab.
 */
final class SupporterListParser {
  static final int MAX_LINES = 1000;

  private final String text;
  private final char separator;
  private int at;
  private int line = 1;

  private SupporterListParser(String text) {
    this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    String head = this.text.lines().findFirst().orElse("");
    this.separator = head.contains("\t") ? '\t' : head.contains(";") ? ';' : ',';
  }

  /** A line of the list; its number counts the records from 1, with the names of the columns. */
  record ListedSupporter(int line, String email, String tier) {}

  /**
   * Parses a list.
   *
   * @throws Problem 400 if a column is missing, a quotation mark isn't closed, or there are too
   *     many lines
   */
  static List<ListedSupporter> parse(String text) {
    return new SupporterListParser(text).parseLines();
  }

  private List<ListedSupporter> parseLines() {
    List<String> names =
        parseRecord().stream().map(name -> name.strip().toLowerCase(Locale.ROOT)).toList();
    int email = names.indexOf("email");
    int tier = names.indexOf("tier");
    if (email < 0 || tier < 0) {
      throw Problem.validationFailed(
          email < 0 ? "email" : "tier", "is missing: the first line must name this column");
    }
    var listed = new ArrayList<ListedSupporter>();
    while (at < text.length()) {
      line++;
      List<String> cells = parseRecord();
      if (cells.size() == 1 && cells.getFirst().isBlank()) {
        continue;
      }
      if (listed.size() == MAX_LINES) {
        throw Problem.validationFailed(
            "lines", "must be at most " + MAX_LINES + "; send the list in parts");
      }
      listed.add(new ListedSupporter(line, cellAt(cells, email), cellAt(cells, tier)));
    }
    return listed;
  }

  private static String cellAt(List<String> cells, int column) {
    return column < cells.size() ? cells.get(column).strip() : "";
  }

  private List<String> parseRecord() {
    var cells = new ArrayList<String>();
    boolean more = true;
    while (more) {
      cells.add(parseCell());
      more = at < text.length() && text.charAt(at) == separator;
      at += more ? 1 : 0;
    }
    while (at < text.length() && (text.charAt(at) == '\r' || text.charAt(at) == '\n')) {
      boolean end = text.charAt(at) == '\n';
      at++;
      if (end) {
        break;
      }
    }
    return cells;
  }

  private String parseCell() {
    var cell = new StringBuilder();
    boolean quoted = false;
    while (at < text.length()) {
      char next = text.charAt(at);
      if (next == '"' && quoted && at + 1 < text.length() && text.charAt(at + 1) == '"') {
        cell.append('"');
        at++;
      } else if (next == '"' && (quoted || cell.isEmpty())) {
        quoted = !quoted;
      } else if (!quoted && (next == separator || next == '\n' || next == '\r')) {
        break;
      } else {
        cell.append(next);
      }
      at++;
    }
    if (quoted) { // the cell has swallowed the rest of the list
      throw Problem.validationFailed(
          "lines", "has a quotation mark that isn't closed, on line " + line);
    }
    return cell.toString();
  }
}
