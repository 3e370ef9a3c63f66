package io.bookbell.server.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bookbell.server.request.Status;
import io.bookbell.server.text.GraphemeClusters;
import io.bookbell.server.text.TextNormalizer;
import io.bookbell.server.transfer.LegacyRow.LegacyTime;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings the replaced system's texts, states and times to the form in which they are stored here,
 * and reports what didn't fit. Confined to the import's thread.
 */
final class LegacyTexts {
  static final String UNKNOWN_AUTHOR = "Unknown";
  static final String UNTITLED = "Untitled";

  private static final int MAX_NAME_LENGTH = 100;
  private static final int MAX_LINE_LENGTH = 300;
  private static final int MAX_TEXT_LENGTH = 4000;
  private static final int MAX_ISBN_LENGTH = 20;
  private static final String ELLIPSIS = "…";

  private final ImportReport report;

  LegacyTexts(ImportReport report) {
    this.report = report;
  }

  /** A book and a note, as they are stored. */
  record BookTexts(String title, String author, @Nullable String isbn, @Nullable String note) {}

  String displayName(LegacyRow row, String where) {
    String typed = row.text("display_name").map(TextNormalizer::normalizeLine).orElse("");
    String name = fit(typed, MAX_NAME_LENGTH);
    if (name.isEmpty()) {
      name = where.substring(0, 1).toUpperCase(Locale.ROOT) + where.substring(1);
    }
    if (!name.equals(typed)) {
      report.add(ImportFinding.NAME_CHANGED, where + ": " + name);
    }
    return name;
  }

  /** The name of a tier; empty if the supporter has none. */
  static String tierName(LegacyRow row) {
    String typed = row.text("tier").map(TextNormalizer::normalizeLine).orElse("");
    return GraphemeClusters.truncateText(typed, MAX_NAME_LENGTH - 20);
  }

  BookTexts book(LegacyRow row, String where) {
    String typedTitle = row.text("title").map(TextNormalizer::normalizeLine).orElse("");
    String note = row.text("note").map(TextNormalizer::normalizeLines).orElse("");
    String title = fit(typedTitle, MAX_LINE_LENGTH);
    if (title.isEmpty()) {
      report.add(ImportFinding.MISSING_TITLE, where);
      title = UNTITLED;
    } else if (!title.equals(typedTitle)) {
      report.add(ImportFinding.LONG_TITLE, where + ": " + title);
      note = joinLines(typedTitle, note);
    }
    String isbn = row.text("isbn").map(TextNormalizer::normalizeLine).orElse("");
    if (GraphemeClusters.countCharacters(isbn) > MAX_ISBN_LENGTH) {
      report.add(ImportFinding.INVALID_ISBN, where);
      note = joinLines(note, "ISBN " + isbn);
      isbn = "";
    }
    return new BookTexts(
        title,
        author(row, where),
        isbn.isEmpty() ? null : isbn,
        note.isEmpty() ? null : fitText(note, MAX_TEXT_LENGTH, where));
  }

  private static String joinLines(String first, String second) {
    return first.isEmpty() ? second : second.isEmpty() ? first : first + "\n" + second;
  }

  private String author(LegacyRow row, String where) {
    String author = row.text("author").map(TextNormalizer::normalizeLine).orElse("");
    if (author.isEmpty()) {
      report.add(ImportFinding.MISSING_AUTHOR, where);
      return UNKNOWN_AUTHOR;
    }
    return fitText(author, MAX_LINE_LENGTH, where);
  }

  /** A text of several lines, such as a response; empty if nothing of it is visible. */
  Optional<String> longText(LegacyRow row, String column, String where) {
    return row.text(column)
        .map(TextNormalizer::normalizeLines)
        .filter(text -> !text.isEmpty())
        .map(text -> fitText(text, MAX_TEXT_LENGTH, where));
  }

  private String fitText(String text, int most, String where) {
    String fitting = fit(text, most);
    if (!fitting.equals(text)) {
      report.add(ImportFinding.LONG_TEXT, where);
    }
    return fitting;
  }

  /** Cuts a text that is too long, in characters as people see them or in bytes. */
  private static String fit(String text, int most) {
    if (text.length() <= most && isAscii(text)) {
      return text;
    }
    int mostBytes = GraphemeClusters.mostBytes(most);
    if (GraphemeClusters.countCharacters(text) <= most
        && text.getBytes(UTF_8).length <= mostBytes
        && !GraphemeClusters.hasOversizedCluster(text)) {
      return text;
    }
    int length = most - 1;
    String cut = GraphemeClusters.truncateText(text, length);
    while (cut.getBytes(UTF_8).length > mostBytes - ELLIPSIS.getBytes(UTF_8).length) {
      length = length * 3 / 4;
      cut = GraphemeClusters.truncateText(text, length);
    }
    return cut.isEmpty() ? "" : cut + ELLIPSIS;
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(unit -> unit < 0x80);
  }

  Status status(LegacyRow row, String where) {
    String typed = row.text("status").orElse("").strip().toLowerCase(Locale.ROOT);
    return switch (typed) {
      case "pending" -> Status.PENDING;
      case "approved" -> Status.APPROVED;
      case "rejected" -> Status.REJECTED;
      case "completed" -> Status.COMPLETED;
      case "cancelled", "canceled" -> Status.CANCELLED;
      default -> {
        report.add(ImportFinding.UNKNOWN_STATUS, where + ": “" + typed + "”");
        yield Status.PENDING;
      }
    };
  }

  Instant time(LegacyRow row, String column, Instant otherwise, String where) {
    Optional<LegacyTime> time = row.time(column);
    if (time.isEmpty()) {
      report.add(ImportFinding.INVALID_TIME, where + ", " + column);
      return otherwise;
    }
    if (!time.get().zoned()) {
      report.add(ImportFinding.TIME_WITHOUT_ZONE, row.query().queryName() + "." + column);
    }
    return time.get().instant();
  }
}
